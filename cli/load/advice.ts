import type { LoadReport } from "./report-shape.ts";
import { rateAt } from "./schedule.ts";

/** Busier than this, a process of the load measures itself rather than the server. */
export const BUSY = 0.8;
/** A run that makes fewer of the calls that were due is told so. */
const SHARE_OF_DUE = 0.98;

/** What there is to say of a run, in sentences for people: what limited it, and what can be done. */
export function advice(report: Omit<LoadReport, "advice" | "assertions">): readonly string[] {
  return [...limits(report), ...unconnected(report), ...tool(report), ...outcome(report)];
}

function limits({ errors, closes, connections, plan }: Omit<LoadReport, "advice" | "assertions">): string[] {
  const said: string[] = [];
  if (errors.RATE_LIMITED) {
    said.push(
      `RATE_LIMITED: the server holds clients to its rates. It is callRate (publishRate) for one connection, ipRate for one address (exemptIps leaves yours out), userRate for one user, or the rateLimit of the procedure or channel; for a test of what the server can do, start it with --rate-limits off.`,
    );
  }
  if (errors.OVERLOADED) {
    said.push(
      `OVERLOADED: something is full. For calls in flight of one connection it is maxCalls (--depth is ${plan.depth}), for procedures on threads computeQueue.`,
    );
  }
  if (errors.TIMEOUT) said.push(`TIMEOUT: not answered within ${plan.timeoutMs} ms, which --timeout sets.`);
  if (errors.NOT_SENT) {
    const why =
      connections.lost > 0
        ? "Connections were lost."
        : "The server does not keep up with --rate; more --clients or --depth would only let more of them wait there.";
    said.push(`NOT_SENT: calls were due for which no client was there and free until the end. ${why}`);
  }
  if (errors.UNSENT) said.push("UNSENT: the client could not send them; look at the payload.");
  if (errors.LOST)
    said.push("LOST: connections broke while calls were under way, and nobody knows whether those have run.");
  if (Object.keys(closes).some((close) => close.startsWith("4429"))) {
    said.push("4429: the server took clients for a flood. It is messageRate, byteRate, or calls after RATE_LIMITED.");
  }
  return said;
}

function unconnected({ connections: { failed, opened }, plan }: Omit<LoadReport, "advice" | "assertions">): string[] {
  if (opened >= plan.clients) return [];
  const limits =
    "connectRate (a second) and connectionsPerIp; exemptIps leaves an address out, and --ramp takes more time";
  return [
    `Only ${opened} of ${plan.clients} clients were connected; ${failed} attempts failed. Servers limit them by ${limits}.`,
  ];
}

function tool({ load }: Omit<LoadReport, "advice" | "assertions">): string[] {
  const busiest = Math.max(0, ...load.processes.map(({ busy }) => busy));
  if (busiest <= BUSY) return [];
  return [
    `The load itself was the limit: a process of it was busy ${Math.round(busiest * 100)} % of the time, so that latencies are partly its own. Use more --processes, a lower --rate, or another machine.`,
  ];
}

function outcome({ plan, totals, seconds }: Omit<LoadReport, "advice" | "assertions">): string[] {
  if (plan.rate === 0 || plan.durationS === 0 || seconds < plan.durationS) return [];
  const due = plan.durationS * rateAt(plan, Number.MAX_SAFE_INTEGER) + (plan.rampS * plan.rate) / 2;
  const made = totals.ok + totals.failed;
  if (made >= due * SHARE_OF_DUE) return [];
  return [`${Math.round(due)} calls were due, and ${made} were made.`];
}
