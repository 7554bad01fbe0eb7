import { AppError, errorReply } from "../../shared/errors.ts";
import type { CallMessage } from "../../shared/message.ts";
import { streamOf } from "../../shared/stream-of.ts";
import type { Connection } from "../connection/connection.ts";
import { CallContext } from "../dispatch/context.ts";
import { KeyedCall } from "../dispatch/keyed-call.ts";
import type { Procedure } from "../dispatch/procedures.ts";
import { replyError, replyResult } from "../dispatch/replies.ts";
import { RunningCall } from "../dispatch/running-call.ts";
import type { Services } from "../dispatch/services.ts";
import { runStream } from "../dispatch/stream.ts";
import { overloaded } from "../overloaded.ts";
import { QueuedRun } from "../queued/queued-run.ts";
import { rateLimited } from "../rates/limiter.ts";
import type { RateRule } from "../rates/rate-rule.ts";

/** How long a refused caller is asked to wait, in milliseconds. */
const RETRY_AFTER_MS = 1_000;

/**
 * Runs a procedure. One that answers at once costs neither a promise nor an entry anywhere; the others are kept until
 * they are answered, cancelled or out of time.
 */
export function handleCall(connection: Connection, message: CallMessage, services: Services): void {
  const [, id, name, data, options] = message;
  const input = options?.noData === true ? undefined : data;
  const procedure = services.procedures.get(name);
  if (procedure?.queued !== undefined && asksAgain(connection.calls?.get(id), procedure, options?.key)) return;
  const refusal = procedure === undefined ? notFound(name) : busy(connection, id, services);
  if (procedure === undefined || refusal !== undefined) {
    (procedure?.metrics ?? services.unknown).failed(refusal?.code ?? "NOT_FOUND");
    connection.send(errorReply(id, refusal));
    return;
  }
  services.times.call();
  // a caller may wait for less than the procedure's own limit, not for more
  const timeoutMs = Math.min(options?.timeoutMs ?? procedure.timeoutMs, procedure.timeoutMs);
  const context = new CallContext(connection, id, procedure, input, timeoutMs, services);
  const { rateLimit, queued } = procedure;
  // a queue does not begin twice with what it has, whatever that does
  const key = procedure.idempotent && queued === undefined ? undefined : (options?.key ?? undefined);
  if (rateLimit?.by === "connection") {
    const wait = services.limiter.take(connection, rateLimit);
    if (wait > 0) {
      procedure.metrics.failed("RATE_LIMITED");
      services.limiter.refuse(connection, id, wait);
      return;
    }
  } else if (rateLimit !== undefined && !connection.system) {
    askFor(context, rateLimit, key, services, options?.window);
    return;
  }
  if (queued !== undefined) {
    runLater(new QueuedRun(context, key, services.remote, services), services);
    return;
  }
  if (key !== undefined) {
    const call = new KeyedCall(context, services);
    call.claim(key, () => runLater(call, services, options?.window));
    return;
  }
  services.counters.calls++;
  let result: unknown;
  try {
    result = procedure.run(context);
  } catch (error) {
    replyError(context, error, services);
    return;
  }
  if (typeof result === "object" && result !== null) settle(context, result, services, options?.window);
  else replyResult(context, result, services);
}

/** A result that is an object may be a promise, a stream, or just an object. */
function settle(context: CallContext, result: object, services: Services, window?: number | null): void {
  if (isPromise(result)) {
    follow(new RunningCall(context, services), result, window);
    return;
  }
  const stream = streamOf(result);
  if (stream === undefined) replyResult(context, result, services);
  else void runStream(new RunningCall(context, services), stream, window);
}

/** Runs a procedure once the primary says that its caller may: it waits like one that runs. */
function askFor(
  context: CallContext,
  rule: RateRule,
  key: string | undefined,
  services: Services,
  window?: number | null,
): void {
  const { limiter } = services;
  const call = waitingCall(context, key, services);
  limiter.ask(context.connection, rule, (error, wait) => {
    if (!call.wanted) return;
    if (wait > 0) limiter.refused(context.connection);
    if (error !== undefined || wait > 0) call.reject(error ?? rateLimited(wait));
    else if (call instanceof KeyedCall && key !== undefined) call.claim(key, () => runLater(call, services, window));
    else runLater(call, services, window);
  });
}

function waitingCall(context: CallContext, key: string | undefined, services: Services): RunningCall {
  if (context.procedure.queued !== undefined) return new QueuedRun(context, key, services.remote, services);
  return key === undefined ? new RunningCall(context, services) : new KeyedCall(context, services);
}

/** Whether a client that has come back asks for a queued call under the id that this has here already. */
function asksAgain(call: RunningCall | undefined, procedure: Procedure, key: string | null | undefined): boolean {
  if (!(call instanceof QueuedRun) || call.context.procedure !== procedure) return false;
  if (!call.acknowledged || key == null || call.key !== key) return false;
  call.acknowledge();
  return true;
}

/** Runs the procedure of a call that had to wait for that. */
function runLater(call: RunningCall, services: Services, window?: number | null): void {
  services.counters.calls++;
  const { context } = call;
  try {
    const result = context.procedure.run(context);
    if (typeof result !== "object" || result === null || !isPromise(result)) settleLater(call, result, window);
    else follow(call, result, window);
  } catch (error) {
    call.reject(error);
  }
}

/** Answers a call when what its procedure gave has settled. */
function follow(call: RunningCall, result: PromiseLike<unknown>, window?: number | null): void {
  // a real promise stays itself; the `then` of a homemade one may throw, or call back more than once
  Promise.resolve(result).then(
    (value) => settleLater(call, value, window),
    (error) => call.reject(error),
  );
}

/** What a promise gave: middleware that awaits may have made one of a stream. */
function settleLater(call: RunningCall, value: unknown, window?: number | null): void {
  try {
    const stream = typeof value === "object" && value !== null && !call.over ? streamOf(value) : undefined;
    if (stream === undefined) call.resolve(value);
    else void runStream(call, stream, window);
  } catch (error) {
    call.reject(error);
  }
}

function isPromise(result: object): result is PromiseLike<unknown> {
  return typeof (result as Partial<PromiseLike<unknown>>).then === "function";
}

function notFound(name: string): AppError {
  return new AppError("NOT_FOUND", `There is no procedure "${name}".`);
}

function busy(connection: Connection, id: number, services: Services): AppError | undefined {
  const { calls } = connection;
  if (calls === undefined || calls.size === 0) return undefined;
  if (calls.has(id)) return new AppError("BAD_REQUEST", `The id ${id} is in use by a call in flight.`);
  if (calls.size < services.config.maxCalls) return undefined;
  return overloaded(RETRY_AFTER_MS, `More than ${services.config.maxCalls} calls are in flight on this connection.`);
}
