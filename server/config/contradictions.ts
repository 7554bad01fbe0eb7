import { isLoopback } from "../http/loopback.ts";
import { appPaths } from "../paths/path-options.ts";
import { brokerOf, queueNameOf } from "../queues/queue-of.ts";
import type { ConfigValues, OptionKey } from "./options.ts";

const MOST_OF_A_NAME = 64;

/** Each application has a queue of its own, whose name is made of its path. */
function* queueNames(config: ConfigValues): Generator<[OptionKey, string]> {
  const { queueName, paths } = config;
  if (brokerOf(config) === undefined) return;
  const known = new Map<string, string>([[queueName, "the main application"]]);
  for (const path of appPaths(paths)) {
    const name = queueNameOf(queueName, path);
    const other = known.get(name);
    if (other !== undefined) yield ["paths", `another path than ${path}, whose queue has the name of that of ${other}`];
    if (name.length > MOST_OF_A_NAME) yield ["paths", `a shorter path than ${path}, whose queue has a name of its own`];
    known.set(name, path);
  }
}

const EVERY_ADDRESS = ["0.0.0.0", "::"];

/** Where the key of JSON Web Tokens comes from: from one of these. */
const KEY_SOURCES = ["jwtSecret", "jwtKey", "jwksUrl"] as const;

/** What is wrong with options together, each of them being right: the option to change, and what it is expected to be. */
export function* contradictions(config: ConfigValues): Generator<[OptionKey, string]> {
  const { port, host, controlPort, controlHost, controlToken, cert, key, trustedProxies, proxyProtocol } = config;
  const overlap = host === controlHost || [host, controlHost].some((one) => EVERY_ADDRESS.includes(one));
  if (port !== 0 && port === controlPort && overlap) yield ["controlPort", "another port than that of clients"];
  if (controlPort !== "off" && config.workers > 0 && controlToken === "" && !isLoopback(controlHost)) {
    yield ["controlToken", `a secret, as controlHost ${controlHost} lets other machines in`];
  }
  const keys = KEY_SOURCES.filter((one) => config[one] !== "");
  for (const second of keys.slice(1)) yield [second, `none, as ${keys[0]} is given`];
  if (config.gatewayState === "on" && config.gatewayRedis === "") {
    yield ["gatewayRedis", "where states of connections are kept, as gatewayState is on"];
  }
  yield* queueNames(config);
  if (cert !== "" && key === "") yield ["key", "the certificate's key, as there is a certificate"];
  if (key !== "" && cert === "") yield ["cert", "the key's certificate, as there is a key"];
  if (proxyProtocol === "off") return;
  if (trustedProxies.length === 0) yield ["trustedProxies", "the proxies that begin with a PROXY header"];
  // the header has to be read before uWebSockets.js reads anything: where the primary accepts, and somebody else takes
  if (config.balance === "kernel") yield ["balance", "round-robin, as proxyProtocol is on"];
  if (config.workers === 0) yield ["workers", "1 or more, as proxyProtocol is on"];
}
