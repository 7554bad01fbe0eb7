/** Where Redis is: one server, a server that Sentinels know, or a Cluster. */
export type RedisPlace =
  | { readonly kind: "single"; readonly url: string }
  | {
      readonly kind: "sentinel";
      /** The number of the database; empty where it is not said. */
      readonly database: string;
      /** URLs of the Sentinels. */
      readonly sentinels: readonly string[];
      /** What they call the server that is meant. */
      readonly master: string;
      /** The URL of that server, where it is now. */
      urlOf(host: string, port: string): string;
    }
  | {
      readonly kind: "cluster";
      /** URLs of some of its nodes: it tells of the others. */
      readonly nodes: readonly string[];
    };

const FORM = /^(redis|rediss)(?:-(sentinel|cluster))?:\/\/(?:([^@/]*)@)?([^/?#]+)((?:\/[^/?#]*)*)$/;
const SENTINEL_PORT = "26379";
const PORT = "6379";

/**
 * Reads a URL: `redis://user:password@host:6379/0`, `redis-sentinel://user:password@host,host/name/0` or
 * `redis-cluster://user:password@host,host`; with `rediss` for TLS. User, password and database are the server's own:
 * Sentinels are asked without.
 * @throws TypeError where it is none of these; the text has nothing of it, as it may have a password in it
 */
export function readRedisPlace(url: string): RedisPlace {
  const [, scheme, kind, login, hosts = "", path = ""] = FORM.exec(url) ?? [];
  if (scheme === undefined) throw new TypeError(WRONG);
  const before = `${scheme}://${login === undefined ? "" : `${login}@`}`;
  if (kind === undefined) {
    if (!URL.canParse(url) || hosts.includes(",")) throw new TypeError(WRONG);
    return { kind: "single", url };
  }
  const parts = path.split("/").filter((part) => part !== "");
  const list = hosts.split(",");
  if (kind === "cluster") {
    if (parts.length > 0) throw new TypeError("A Redis Cluster has no databases: nothing may follow the hosts.");
    return { kind, nodes: list.map((host) => checked(`${before}${withPort(host, PORT)}`)) };
  }
  const [master, database] = parts;
  if (master === undefined || parts.length > 2) {
    throw new TypeError("Sentinels have to be asked for somebody: redis-sentinel://host,host/name");
  }
  return {
    kind: "sentinel",
    sentinels: list.map((host) => checked(`${scheme}://${withPort(host, SENTINEL_PORT)}`)),
    master: decodeURIComponent(master),
    database: database ?? "",
    urlOf: (host, port) =>
      `${before}${host.includes(":") ? `[${host}]` : host}:${port}${database === undefined ? "" : `/${database}`}`,
  };
}

/** The number of the database that is meant; empty where none is said. */
export function databaseOf(place: RedisPlace): string {
  if (place.kind === "single") return new URL(place.url).pathname.slice(1);
  return place.kind === "sentinel" ? place.database : "";
}

/** What to call it in the log: without user and password. */
export function nameOfRedis(place: RedisPlace): string {
  const hosts = (urls: readonly string[]) => urls.map((url) => new URL(url).host).join(", ");
  if (place.kind === "single") return `Redis at ${hosts([place.url])}`;
  if (place.kind === "cluster") return `the Redis Cluster at ${hosts(place.nodes)}`;
  return `Redis "${place.master}", of the Sentinels at ${hosts(place.sentinels)}`;
}

const WRONG =
  "The URL of Redis has to look like redis://host:6379/0, redis-sentinel://host,host/name or redis-cluster://host,host, " +
  "or the same with rediss for TLS";

function withPort(host: string, port: string): string {
  return /:\d+$/.test(host) ? host : `${host}:${port}`;
}

function checked(url: string): string {
  if (!URL.canParse(url)) throw new TypeError(WRONG);
  return url;
}
