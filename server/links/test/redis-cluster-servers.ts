import { eventually } from "../../test/patience.ts";
import { freePort } from "./free-port.ts";
import { type RedisServer, startRedis } from "./redis-server.ts";

/** A real Redis Cluster of three masters that belongs to a test. */
export interface RedisClusterServers {
  readonly url: string;
  readonly nodes: readonly RedisServer[];
  end(): Promise<void>;
}

const SLOTS = 16_384;

export async function startRedisCluster(): Promise<RedisClusterServers> {
  const nodes = await Promise.all(
    [0, 1, 2].map(async () => {
      const bus = String(await freePort());
      const node = await startRedis("--cluster-enabled", "yes", "--cluster-port", bus);
      return { node, bus };
    }),
  );
  const [first] = nodes;
  for (const [index, { node, bus }] of nodes.entries()) {
    const range = [index, index + 1].map((part) => Math.floor((SLOTS * part) / nodes.length));
    await node.ask("CLUSTER", "ADDSLOTSRANGE", String(range[0]), String((range[1] ?? 0) - 1));
    await first?.node.ask("CLUSTER", "MEET", "127.0.0.1", String(node.port), bus);
  }
  for (const { node } of nodes) {
    await eventually(async () => {
      const info = String(await node.ask("CLUSTER", "INFO"));
      if (!info.includes("cluster_state:ok") || !info.includes("cluster_known_nodes:3")) throw new Error(info);
    });
  }
  return {
    url: `redis-cluster://${nodes.map(({ node }) => `127.0.0.1:${node.port}`).join(",")}`,
    nodes: nodes.map(({ node }) => node),
    async end() {
      await Promise.all(nodes.map(({ node }) => node.end()));
    },
  };
}
