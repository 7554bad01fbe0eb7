import { ERROR_CODES } from "../../../shared/codes.ts";
import { AppError } from "../../../shared/errors.ts";
import { createPack } from "../../../shared/msgpack-codec.ts";
import type { Logger } from "../../logger.ts";
import { errorAnswer, resultAnswer } from "../../queued/answer.ts";
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

/** What a job ends in. */
type Ending = "result" | "error" | "expired" | "dead";

type Done = (safe: boolean) => void;

/** Errors of publications that may go better later. */
const LATER: ReadonlySet<string> = new Set(["UNAVAILABLE", "OVERLOADED", "TIMEOUT", "RATE_LIMITED"]);
const { unpack } = createPack();

/** Takes what comes of jobs to where it belongs. */
export function replyHandler(
  calls: QueuedCalls,
  { publish, toUser, log }: Deliveries,
  counts: Record<Ending, number>,
): ReplyHandler {
  function tell({ channel, data, procedure }: Reply & { readonly kind: "publish" }, done: Done): void {
    let value: unknown;
    try {
      value = unpack(data);
    } catch (error) {
      log.warn({ error, procedure, channel }, "a publication of a worker cannot be read");
      done(true);
      return;
    }
    publish(channel, value).then(
      () => done(true),
      (error: unknown) => {
        const again = error instanceof AppError && LATER.has(error.code);
        if (!again) log.warn({ error, procedure, channel }, "a worker's publication was refused");
        done(!again);
      },
    );
  }

  return (reply, done) => {
    const { job, caller } = reply;
    const { session } = caller;
    if (Object.hasOwn(counts, reply.kind)) counts[reply.kind as Ending]++;
    switch (reply.kind) {
      case "result":
        calls.answer(session, job, resultAnswer(reply.output, reply.session), done);
        break;
      case "error":
        calls.answer(session, job, errorAnswer(reply.code, reply.message, reply.details, reply.session), done);
        break;
      case "expired":
        calls.answer(session, job, errorAnswer("TIMEOUT", "No worker has begun with the call in its time."), done);
        break;
      case "dead":
        calls.answer(session, job, errorAnswer(reply.code, textOf(reply.code)), done);
        break;
      case "progress":
        calls.progress(session, job, reply.data);
        done(true);
        break;
      case "publish":
        tell(reply, done);
        break;
      case "toUser":
        toUser(reply.user, reply.data);
        done(true);
        break;
    }
  };
}

/** What a caller is told of a job that was given up; the log of its workers and the dead letters have the rest. */
function textOf(code: "INTERNAL" | "UNAVAILABLE"): string {
  if (code === "INTERNAL") return ERROR_CODES.INTERNAL.text;
  return "The call's workers have died each time that it was tried.";
}
