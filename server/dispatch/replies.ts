import { EncodeError } from "../../shared/budget.ts";
import { AppError, errorReply } from "../../shared/errors.ts";
import { Kind } from "../../shared/message.ts";
import type { Reply } from "../app.ts";
import type { Moment } from "../metrics/call-times.ts";
import type { CallContext } from "./context.ts";
import { Encoded } from "./encoded.ts";
import type { Services } from "./services.ts";

/** Answers a call with its result. @param moment when it was read; undefined where that was in the frame at hand */
export function replyResult(context: CallContext, value: unknown, services: Services, moment?: Moment): void {
  try {
    if (value instanceof Encoded) context.connection.sendEncoded(Kind.RESULT, context.id, value);
    else context.connection.send(value === undefined ? [Kind.RESULT, context.id] : [Kind.RESULT, context.id, value]);
  } catch (error) {
    replyError(context, error, services, moment);
    return;
  }
  context.procedure.metrics.ok++;
  report(context, undefined, services, moment);
}

/** Answers a call with an error. What was not thrown on purpose is logged in full, and masked for the caller. */
export function replyError(context: CallContext, error: unknown, services: Services, moment?: Moment): void {
  if (!(error instanceof AppError)) unexpected(context, error, services);
  const reply = errorReply(context.id, error);
  try {
    context.connection.send(reply);
  } catch (encoding) {
    // the details of an application's error may be as impossible to encode as a result
    if (!(encoding instanceof EncodeError)) throw encoding;
    unexpected(context, encoding, services);
    context.connection.send([Kind.ERROR, context.id, reply[2], reply[3]]);
  }
  context.procedure.metrics.failed(reply[2]);
  report(context, reply[2], services, moment);
}

function unexpected(context: CallContext, error: unknown, services: Services): void {
  context.log.error({ error }, "a procedure failed");
  services.events.emit("error", error);
}

function report(
  context: CallContext,
  code: string | undefined,
  { events, times }: Services,
  moment: Moment | undefined,
): void {
  context.answered();
  const { metrics } = context.procedure;
  if (moment === undefined) times.answered(metrics);
  else times.answeredLater(metrics, moment);
  const stale = !context.connection.open && events.has("stale");
  if (!stale && !events.has("reply")) return;
  const { connection, id, procedure } = context;
  const reply: Reply = { connection, id, procedure: procedure.name, ...(code === undefined ? {} : { code }) };
  events.emit("reply", reply);
  if (stale) events.emit("stale", reply);
}
