/**
 * The address to dial: relative ones are resolved against the page's, and http becomes ws.
 *
 * @throws TypeError where the address is malformed, or of a scheme that is none of ws, wss, http and https
 */
export function webSocketUrl(url: string | URL): string {
  const resolved = new URL(url, typeof location === "undefined" ? undefined : location.href);
  resolved.protocol = resolved.protocol.replace(/^http/, "ws");
  if (!/^wss?:$/.test(resolved.protocol)) throw new TypeError(`${resolved.protocol} is no address to connect to.`);
  resolved.hash = "";
  return resolved.href;
}
