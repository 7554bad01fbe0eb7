const BEARER = /^bearer +(\S+) *$/i;

/** The token in an `Authorization` header: https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
export function bearerOf(authorization: string | undefined): string | undefined {
  return BEARER.exec(authorization ?? "")?.[1];
}

/**
 * The token that a request for a WebSocket carries: that of its `Authorization` header, or else of the cookie.
 * @param cookie the cookie's name; empty where none is to be looked at
 */
export function tokenOf(headers: ReadonlyMap<string, string>, cookie: string): string | undefined {
  return (
    bearerOf(headers.get("authorization")) ??
    (cookie === "" ? undefined : cookieOf(headers.get("cookie") ?? "", cookie))
  );
}

/** A cookie's value: https://www.rfc-editor.org/rfc/rfc6265#section-4.2.1 */
function cookieOf(header: string, name: string): string | undefined {
  for (const pair of header.split(";")) {
    const equals = pair.indexOf("=");
    if (equals < 0 || pair.slice(0, equals).trim() !== name) continue;
    const value = pair.slice(equals + 1).trim();
    const unquoted = /^".*"$/.test(value) ? value.slice(1, -1) : value;
    return unquoted === "" ? undefined : unquoted;
  }
  return undefined;
}
