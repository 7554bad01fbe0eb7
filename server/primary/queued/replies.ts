import { ERROR_CODES } from "../../../shared/codes.ts";
import { AppError } from "../../../shared/errors.ts";
import { createPack } from "../../../shared/msgpack-codec.ts";
import { checkName } from "../../check-name.ts";
import type { Logger } from "../../logger.ts";
import { errorAnswer } from "../../queued/answer.ts";
import { endingAnswer, isEnding, isValue } from "../../queued/reply-answer.ts";
import type { ReplyHandler } from "../../queues/job-queue.ts";
import type { Reply } from "../../queues/reply.ts";
import type { QueuedCalls } from "./queued-calls.ts";

/** What workers say to others than their callers. */
export interface Deliveries {
  /** @throws AppError what it is refused with */
  publish(channel: string, data: unknown): Promise<unknown>;
  /** @param data MessagePack */
  toUser(user: string, data: Uint8Array): void;
  readonly log: Pick<Logger, "warn">;
}

type Done = (safe: boolean) => void;

/** Errors of publications that may go better later. */
const LATER: ReadonlySet<string> = new Set(["UNAVAILABLE", "OVERLOADED", "TIMEOUT", "RATE_LIMITED"]);
const { unpack } = createPack();

/**
 * Takes what comes of jobs to where it belongs. Whoever can reach the broker may have written it: what makes no sense is
 * logged, and ends nothing but its call.
 */
export function replyHandler(
  calls: QueuedCalls,
  { publish, toUser, log }: Deliveries,
  counts: Record<"result" | "error" | "expired" | "dead", number>,
): ReplyHandler {
  function tell({ channel, data, procedure }: Reply & { readonly kind: "publish" }, done: Done): void {
    publish(checkName(channel, "A channel"), unpack(checked(data))).then(
      () => done(true),
      (error: unknown) => {
        const again = error instanceof AppError && LATER.has(error.code);
        if (!again) log.warn({ error, procedure, channel }, "a worker's publication was refused");
        done(!again);
      },
    );
  }

  function take(reply: Reply, done: Done): void {
    const { job, caller } = reply;
    if (isEnding(reply)) {
      counts[reply.kind]++;
      calls.answer(caller.session, job, endingAnswer(reply, log), done);
    } else if (reply.kind === "publish") tell(reply, done);
    else {
      if (reply.kind === "progress") calls.progress(caller.session, job, checked(reply.data));
      else toUser(checkName(reply.user, "A user"), checked(reply.data));
      done(true);
    }
  }

  return (reply, done) => {
    try {
      take(reply, done);
    } catch (error) {
      const { kind, job, procedure, caller } = reply;
      log.warn({ error, kind, procedure }, "what a worker says makes no sense");
      if (!isEnding(reply)) done(true);
      else calls.answer(caller.session, job, errorAnswer("INTERNAL", ERROR_CODES.INTERNAL.text), done);
    }
  };
}

/** @throws TypeError where that is not one value of MessagePack */
function checked(data: Uint8Array): Uint8Array {
  if (!isValue(data)) throw new TypeError("That is not one value of MessagePack.");
  return data;
}
