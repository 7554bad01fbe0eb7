/** Where a URL leads to, without its secrets, for the log. @throws TypeError where it is no URL */
export function placeOf(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return host === "" ? `${protocol}${pathname}` : host;
}
