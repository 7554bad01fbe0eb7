/**
 * Finds the token of a connection. The one of FUGITIVE_TOKEN is shown to the server of the command line alone: another one
 * may be anybody's, and gets what is in FUGITIVE_TOKEN_NAME, or nothing.
 */
export function tokenFor(
  name: string,
  url: string,
  first: { readonly url: string; readonly token: string },
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const own = env[`FUGITIVE_TOKEN_${name.toUpperCase().replaceAll("-", "_")}`];
  return own || (originOf(url) === originOf(first.url) && first.token) || undefined;
}

function originOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol.replace(/^http/, "ws")}//${host}`;
}
