/** A scheme, a host and a port, spelled in one way: what makes two of them the same origin. */
export interface WebOrigin {
  /** In lower case, without its colon. */
  readonly scheme: string;
  /** In lower case and in ASCII; an IPv6 address in its brackets and in its shortest form. */
  readonly host: string;
  /** The scheme's default where none was given; empty where the scheme has none. */
  readonly port: string;
}

/** Just a scheme, a host and a port: what stands before a host, or behind a port, is somebody's trick. */
const ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/(\[[0-9a-f:.]+\]|[^\s,/\\?#@:[\]%*]+)(?::(\d{1,5}))?$/i;
const DEFAULT_PORTS: ReadonlyMap<string, string> = new Map([
  ["http", "80"],
  ["https", "443"],
]);
const WILDCARD = "://*.";
const ANY = "*";
const OPAQUE = "null";
const HIGHEST_PORT = 65_535;

/** @returns undefined where the text is no origin, as `null` is none */
export function parseOrigin(text: string): WebOrigin | undefined {
  const [, scheme = "", host = "", port] = ORIGIN.exec(text) ?? [];
  const plainHost = canonicalHost(host);
  if (plainHost === undefined || Number(port ?? 0) > HIGHEST_PORT) return undefined;
  const name = scheme.toLowerCase();
  return {
    scheme: name,
    host: plainHost,
    port: port === undefined ? (DEFAULT_PORTS.get(name) ?? "") : String(Number(port)),
  };
}

export function sameOrigin(one: WebOrigin, other: WebOrigin): boolean {
  return one.scheme === other.scheme && one.host === other.host && one.port === other.port;
}

/** Whether a text may stand in a list of origins. */
export function isOriginPattern(pattern: string): boolean {
  return pattern === ANY || pattern === OPAQUE || parseOrigin(pattern.replace(WILDCARD, "://")) !== undefined;
}

/**
 * Prepares a list of origins. `https://*.example.com` is every name below `example.com`, but not that one itself; `*` is
 * every origin, `null` that of pages that have none, like files and sandboxed frames.
 * @returns whether the list has what an `Origin` header says
 */
export function originMatcher(patterns: readonly string[]): (text: string) => boolean {
  if (patterns.includes(ANY)) return () => true;
  const exact = new Set<string>();
  const below: WebOrigin[] = [];
  for (const pattern of patterns) {
    const origin = parseOrigin(pattern.replace(WILDCARD, "://"));
    if (origin === undefined) exact.add(pattern);
    else if (pattern.includes(WILDCARD)) below.push(origin);
    else exact.add(written(origin));
  }
  return (text) => {
    const origin = parseOrigin(text);
    if (origin === undefined) return exact.has(text);
    if (exact.has(written(origin))) return true;
    return below.some(
      ({ scheme, host, port }) =>
        scheme === origin.scheme && port === origin.port && origin.host.endsWith(`.${host}`) && !isAddress(origin.host),
    );
  };
}

function written({ scheme, host, port }: WebOrigin): string {
  return `${scheme}://${host}:${port}`;
}

function isAddress(host: string): boolean {
  return host.startsWith("[") || /^[\d.]+$/.test(host);
}

/** What a browser makes of a host: lower case, Punycode, the short form of addresses. */
function canonicalHost(host: string): string | undefined {
  if (host === "") return undefined;
  try {
    const { hostname } = new URL(`http://${host}`);
    return hostname === "" ? undefined : hostname;
  } catch {
    return undefined;
  }
}
