import type { Config } from "../config.ts";
import type { Procedure } from "../dispatch/procedures.ts";
import { brokerOf } from "../queues/queue-of.ts";
import { StartError } from "../start-error.ts";
import type { RemoteCalls } from "./remote-calls.ts";

/** Has the primary open its queue where an application has procedures for it. @throws StartError where none is configured */
export function needQueue(procedures: Iterable<Procedure>, config: Config, remote: Pick<RemoteCalls, "need">): void {
  for (const { name, queued } of procedures) {
    if (queued === undefined) continue;
    if (brokerOf(config) === undefined) {
      throw new StartError(
        `"${name}" is for remote workers: set AMQP_URL, or QUEUE_REDIS_URL, to the broker of its jobs.`,
      );
    }
    remote.need();
    return;
  }
}
