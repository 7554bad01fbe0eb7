/** 1234567 → `1,234,567`. */
export function count(value: number): string {
  return value === Number.POSITIVE_INFINITY ? "unlimited" : value.toLocaleString("en-US");
}

/** Bytes as people read them: `1.5 GiB`. */
export function size(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  const unit = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1_024 ** unit;
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** What an error says, in one line. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join("; ");
  const { message, code } = (error instanceof Error ? error : new Error(String(error))) as NodeJS.ErrnoException;
  const [line = ""] = message.split("\n");
  return line || code || "unknown";
}
