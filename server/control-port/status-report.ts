import type { Hosts } from "../hosts/hosts.ts";
import type { ComputeProcess } from "../primary/compute-process.ts";
import type { Rollout } from "../primary/rollout.ts";
import type { WorkerProcess } from "../primary/worker-process.ts";

/** What of a primary is reported. */
export interface Observed {
  readonly port: number;
  readonly rollout: Pick<Rollout, "running" | "queued" | "failure">;
  readonly workers: readonly Pick<WorkerProcess, "number" | "pid" | "bornAt" | "state" | "status">[];
  /** None where the application has no use for one. */
  readonly compute?: Pick<ComputeProcess, "pid" | "bornAt" | "restarts" | "report"> | undefined;
  /** All hosts of the application; none where there can be but this one. */
  readonly hosts?: Pick<Hosts, "own" | "alive"> | undefined;
}

/** How long a process may take to say how it is, in milliseconds; one that does not is reported as silent. */
const STATUS_MS = 1_000;
const SILENT = { silent: true };

/** How all processes are, as far as they say within a second. */
export async function statusReport({ port, rollout, workers, compute, hosts }: Observed) {
  const { running, queued, failure } = rollout;
  const [computeReport, ...workerReports] = await Promise.all([
    computeStatus(compute),
    ...workers.map(async (worker) => {
      const { number, pid, state } = worker;
      // one that starts has other things to do than to answer, and no connections
      const status = state === "starting" ? {} : ((await worker.status(STATUS_MS)) ?? SILENT);
      return { worker: number, pid, state, uptime: secondsSince(worker), ...status };
    }),
  ]);
  const report = { port, workers: workerReports, compute: computeReport, rollout: { running, queued, failure } };
  return { ...report, hosts: hosts && hostList(hosts) };
}

/** All hosts, by their names, and which of them this one is. */
export function hostList({ own, alive }: Pick<Hosts, "own" | "alive">) {
  return [...alive.values()]
    .map(({ id, node, since }) => ({ node, id, uptime: (Date.now() - since) / 1000, own: id === own }))
    .sort((one, other) => (one.node < other.node ? -1 : 1));
}

async function computeStatus(compute: Observed["compute"]) {
  if (compute === undefined) return undefined;
  const report = await compute.report(STATUS_MS);
  const { pid, restarts } = compute;
  return { pid, uptime: secondsSince(compute), restarts, ...(report ?? SILENT) };
}

function secondsSince({ bornAt }: { readonly bornAt: number }): number {
  return (performance.now() - bornAt) / 1000;
}
