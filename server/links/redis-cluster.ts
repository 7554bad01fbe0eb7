import { within } from "../within.ts";
import type { Link } from "./lifeline.ts";
import { type RedisArgument, refusalOf } from "./redis.ts";

/** A Redis Cluster. The driver knows which node has what, and goes after it when it moves. */
export interface RedisCluster extends Link {
  /**
   * Asks the node that has a key.
   * @throws RedisRefusal where Redis answers with an error, and other errors where that node cannot be asked
   */
  command(key: RedisArgument, args: readonly RedisArgument[]): Promise<unknown>;
  /** URLs of the nodes that take writes now. */
  readonly masters: readonly string[];
}

const CONNECT_MS = 5_000;
/** After how long a node that is gone has others asked who takes its place, in milliseconds. */
const REFRESH_MS = 500;
/** How long a node may take to answer, in milliseconds. */
const ANSWER_MS = 20_000;

/**
 * Connects to a Cluster.
 * @param nodes URLs of some of its nodes, which have the same user and password as all others
 */
export async function connectRedisCluster(nodes: readonly string[], signal: AbortSignal): Promise<RedisCluster> {
  const { createCluster, RESP_TYPES } = await import("@redis/client");
  const first = new URL(nodes[0] ?? "");
  const login = {
    ...(first.username !== "" && { username: decodeURIComponent(first.username) }),
    ...(first.password !== "" && { password: decodeURIComponent(first.password) }),
  };
  const tls = first.protocol === "rediss:";
  const socket = { connectTimeout: CONNECT_MS, ...(tls && { tls: true as const }) };
  const cluster = createCluster({
    rootNodes: nodes.map((url) => ({ url, socket: { ...socket, reconnectStrategy: false as const } })),
    topologyRefreshOnReconnectionAttemptStrategy: REFRESH_MS,
    defaults: { ...login, socket, disableOfflineQueue: true, maintNotifications: "disabled" },
    commandOptions: { timeout: 0, typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
  });
  // what fails is told by the command that failed
  cluster.on("error", () => undefined);
  const close = (): void => cluster.destroy();
  signal.addEventListener("abort", close);
  try {
    signal.throwIfAborted();
    await within(
      cluster.connect(),
      CONNECT_MS,
      () => new Error(`the Cluster was not ready within ${CONNECT_MS / 1_000} s`),
    );
  } catch (error) {
    tryTo(close);
    throw error;
  } finally {
    signal.removeEventListener("abort", close);
  }
  return {
    close: () => tryTo(close),
    get masters() {
      return cluster.masters.map(({ host, port }) => {
        const url = new URL(first);
        url.hostname = host;
        url.port = String(port);
        return url.href;
      });
    },
    async command(key, args) {
      try {
        const late = () => new Error(`a node of the Cluster gave no answer for ${ANSWER_MS / 1_000} s`);
        return await within(cluster.sendCommand(key, false, [...args]), ANSWER_MS, late);
      } catch (error) {
        throw await refusalOf(error);
      }
    },
  };
}

function tryTo(close: () => void): void {
  try {
    close();
  } catch {
    // it is closed already
  }
}
