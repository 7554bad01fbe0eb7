import { afterAll, onTestFailed } from "vitest";
import { Cluster, type ClusterOptions, serving } from "./cluster.ts";

/**
 * For a file whose tests leave nothing in a cluster that another one of them could see: each gets the one that was started
 * for an earlier test with the same options. Nobody is connected there, all of its workers serve, be it that one was
 * killed, and the log begins anew. What the server keeps over that, such as sessions, histories and rates, has to be under
 * names of each test's own. One that has ended, or in which a test has failed, is given to nobody any more.
 *
 * The control port is needed, which one single process has not.
 * @returns `startCluster` for such tests
 */
export function shareClusters(): (options?: ClusterOptions) => Promise<Cluster> {
  const running = new Map<string, Cluster>();
  const all: Cluster[] = [];
  afterAll(async () => {
    for (const cluster of all) await cluster.end();
  });

  return async (options = {}) => {
    const key = JSON.stringify(options);
    onTestFailed(() => void running.delete(key));
    const known = running.get(key);
    if (known !== undefined) {
      await known.asAtFirst();
      return known;
    }
    // what a test leaves, such as a worker that came for one that was killed, must not move clients of the next one
    const cluster = new Cluster({ ...options, env: { REBALANCE: "off", ...options.env } });
    all.push(cluster);
    void cluster.exited.then(() => running.get(key) === cluster && running.delete(key));
    running.set(key, await serving(cluster));
    return cluster;
  };
}
