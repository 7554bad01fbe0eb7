import { ERROR_CODES } from "../../shared/codes.ts";
import { MAX_NAME_LENGTH } from "../../shared/message.ts";
import { checkMsgpack } from "../../shared/msgpack-budget.ts";
import { createPack } from "../../shared/msgpack-codec.ts";
import { checkName } from "../check-name.ts";
import type { Logger } from "../logger.ts";
import type { Reply, SessionChange as WorkersChange } from "../queues/reply.ts";
import type { SessionChange } from "../sessions/session-state.ts";
import { checkTags } from "../tags/tags.ts";
import { errorAnswer, resultAnswer } from "./answer.ts";

/** What a job ends in. */
export type Ending = Extract<Reply, { readonly kind: "result" | "error" | "expired" | "dead" }>;

/** What msgpackr decodes and encodes at any depth of the stack. */
const SOUND = { maxPayload: Number.POSITIVE_INFINITY, maxDepth: 500, maxElements: 10_000_000 };
const { packAlone } = createPack();
const MAX_TEXT_LENGTH = 10_000;

export function isEnding(reply: Reply): reply is Ending {
  const { kind } = reply;
  return kind === "result" || kind === "error" || kind === "expired" || kind === "dead";
}

/** Whether bytes are one value of MessagePack, of the kinds that there are in messages. */
export function isValue(bytes: Uint8Array): boolean {
  try {
    checkMsgpack(bytes, SOUND);
    return true;
  } catch {
    return false;
  }
}

/** What the caller of a job is answered. */
export function endingAnswer(reply: Ending, log: Pick<Logger, "warn">): Buffer {
  const { procedure } = reply;
  switch (reply.kind) {
    case "result": {
      const { output } = reply;
      const change = changeOf(reply, log);
      if (output.length === 0 || isValue(output)) return resultAnswer(output, change);
      log.warn({ procedure }, "the result of a worker is not one value of MessagePack");
      return errorAnswer("INTERNAL", ERROR_CODES.INTERNAL.text, undefined, change);
    }
    case "error": {
      const code = reply.code.slice(0, MAX_NAME_LENGTH);
      const message = reply.message.slice(0, MAX_TEXT_LENGTH);
      const change = changeOf(reply, log);
      const details = soundDetails(reply, log);
      return errorAnswer(code, message, details, change);
    }
    case "expired":
      return errorAnswer("TIMEOUT", "No worker has begun with the call in its time.");
    case "dead":
      return errorAnswer(reply.code, deathText(reply.code));
  }
}

/** What can be told of an error's details: what was decoded is not always to be encoded again. */
function soundDetails({ details, procedure }: Ending & { kind: "error" }, log: Pick<Logger, "warn">): unknown {
  try {
    if (details === undefined || isValue(packAlone(details))) return details;
  } catch {
    // as below
  }
  log.warn({ procedure }, "the details of a worker's error cannot be told");
  return undefined;
}

/** What a worker changes of a session; undefined where that is nothing, or makes no sense. */
function changeOf(
  { session, procedure }: Ending & { readonly session?: WorkersChange },
  log: Pick<Logger, "warn">,
): SessionChange | undefined {
  if (session === undefined) return undefined;
  const { user, tags } = session;
  try {
    if (user !== undefined && user !== null) checkName(user, "A user");
    const changed = tags && Object.entries(tags).map(([name, value]) => [name, value === "" ? null : value]);
    return {
      ...(user !== undefined && { user }),
      ...(changed !== undefined && { tags: checkTags(Object.fromEntries(changed)) }),
    };
  } catch (error) {
    log.warn({ error, procedure }, "what a worker wants of a session cannot be");
    return undefined;
  }
}

/** What a caller is told of a job that was given up; the log of its workers and the dead letters have the rest. */
function deathText(code: "INTERNAL" | "UNAVAILABLE"): string {
  if (code === "INTERNAL") return ERROR_CODES.INTERNAL.text;
  return "The call's workers have died each time that it was tried.";
}
