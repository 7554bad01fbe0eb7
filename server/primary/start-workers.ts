import cluster from "node:cluster";
import type { Config } from "../config.ts";
import { loadDuplicate } from "../transport/adopt.ts";
import { explainPortError } from "../transport/find-port.ts";
import { loadUws, needUws } from "../transport/load-uws.ts";
import type { Dealer } from "./dealer.ts";
import type { Generation } from "./generation.ts";
import type { Workers } from "./workers.ts";

/** What it takes to start them. */
export interface WorkersStart {
  readonly config: Config;
  readonly workers: Workers;
  readonly dealer: Dealer;
  readonly generation: Generation;
}

/** Whether socket workers take what is dealt: uWebSockets.js takes but descriptors of its own. */
async function canDeal({ transport }: Config): Promise<boolean> {
  if (transport === "ws" || typeof (await loadDuplicate()) === "function") return true;
  return (await loadUws()).missing !== undefined;
}

/**
 * Starts the first socket workers. Where any port will do, whoever accepts the connections listens at one before all others
 * hear of it: one that is found and let go of may be another program's by the time it is listened at.
 *
 * Rejects where one of them cannot serve, or the port is not to be had.
 */
export async function startWorkers({ config, workers, dealer, generation }: WorkersStart): Promise<void> {
  const { host, port, balance } = config;
  const numbers = Array.from({ length: config.workers }, (_, index) => index + 1);
  const explain = (error: Error): never => {
    throw explainPortError(error, host, port, "PORT");
  };
  // said once, and not by each of them
  if (config.transport === "uws") await needUws();
  // where socket workers cannot each have a socket of their own at the port, they share one; they accept for themselves
  if (balance === "kernel") cluster.schedulingPolicy = cluster.SCHED_NONE;
  if (port === 0) {
    const dealt = balance === "round-robin" && (await canDeal(config));
    if (dealt) workers.port = await dealer.listen().catch(explain);
    else await workers.start(numbers.shift() ?? 1, generation);
  }
  await Promise.all(numbers.map((number) => workers.start(number, generation)));
  await dealer.listening.catch(explain);
}
