/** The soft and the hard limit of open files, of `/proc/self/limits`; Infinity where there is none. */
export function parseOpenFiles(limits: string): { readonly soft: number; readonly hard: number } | undefined {
  const [, soft, hard] = /^Max open files\s+(\S+)\s+(\S+)/m.exec(limits) ?? [];
  if (soft === undefined || hard === undefined) return undefined;
  const read = (text: string) => (text === "unlimited" ? Number.POSITIVE_INFINITY : Number(text));
  return { soft: read(soft), hard: read(hard) };
}
