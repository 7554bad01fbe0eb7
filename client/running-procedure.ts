import { AppError, errorReply } from "../shared/errors.ts";
import { limit } from "../shared/limit.ts";
import { type CallOptions, type ClientMessage, Kind, type MessageId } from "../shared/message.ts";
import { type AnyIterator, streamOf } from "../shared/stream-of.ts";
import { StreamWindow } from "../shared/stream-window.ts";

/** A generator that never waits is made to, so that its own CANCEL gets its turn. */
const ITEMS_PER_TURN = 1_000;

/** A call of the server's that is not answered yet. */
export interface RunningProcedure {
  /** The server's reader has taken so many items. */
  taken(count: unknown): void;
  /** Ends it, and says so to the server unless that is gone. */
  stop(reason: unknown, tell?: boolean): void;
}

/** What it is run with. */
export interface RunOptions {
  readonly id: MessageId;
  readonly procedure: (signal: AbortSignal) => unknown;
  readonly options: CallOptions;
  /** @throws where a message cannot be sent for what it holds */
  send(message: ClientMessage): void;
  /** Takes what was thrown, and not on purpose. */
  report(error: unknown): void;
  /** Called when it is over, before it is answered. */
  over(): void;
  /** Called when the procedure itself has ended, which may be long after nobody waits for it any more. */
  settled(): void;
}

/** Runs a procedure and sends its answer: what it returns, or what its generator yields and returns. */
export function runProcedure({ id, procedure, options, send, report, over, settled }: RunOptions): RunningProcedure {
  const controller = new AbortController();
  const window = options.window == null ? undefined : new StreamWindow(options.window);
  const timeoutMs = options.timeoutMs ?? Number.POSITIVE_INFINITY;
  let wanted = true;
  let iterator: AnyIterator | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wake: (() => void) | undefined;

  /** Each item begins the time anew. */
  function startTime(): void {
    clearTimeout(timer);
    timer = limit(() => stop(new AppError("TIMEOUT", `It took longer than ${timeoutMs} ms.`)), timeoutMs);
  }

  function end(): void {
    wanted = false;
    clearTimeout(timer);
    over();
    wake?.();
  }

  function stop(reason: unknown, tell = true): void {
    if (!wanted) return;
    end();
    if (tell) send(errorReply(id, reason));
    controller.abort(reason);
    leave();
  }

  /** Its generator hears that nobody wants the rest; what it throws at that is nobody's. */
  function leave(): void {
    (async () => iterator?.return?.())().catch(() => {});
  }

  function fail(error: unknown): void {
    if (!wanted) return;
    end();
    leave();
    if (!(error instanceof AppError)) report(error);
    try {
      send(errorReply(id, error));
    } catch (unsendable) {
      report(unsendable);
      send(errorReply(id, unsendable));
    }
  }

  async function work(): Promise<void> {
    if (!wanted) return;
    let result = await procedure(controller.signal);
    iterator = typeof result === "object" && result !== null ? streamOf(result) : undefined;
    if (iterator !== undefined) result = await sendItems(iterator);
    if (!wanted) {
      leave();
      return;
    }
    send(result === undefined ? [Kind.RESULT, id] : [Kind.RESULT, id, result]);
    end();
  }

  async function sendItems(items: AnyIterator): Promise<unknown> {
    for (let count = 1; wanted; count++) {
      const step = await items.next();
      if (step.done === true) return step.value;
      while (wanted && window?.full === true) {
        // a reader that is slow is not a procedure that is
        clearTimeout(timer);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        count = 1;
      }
      if (!wanted) break;
      send([Kind.CHUNK, id, step.value]);
      startTime();
      const asked = window?.sent();
      if (asked !== undefined) send([Kind.PING, ["taken", id, asked]]);
      if (count % ITEMS_PER_TURN === 0) await new Promise((resolve) => setTimeout(resolve));
    }
    return undefined;
  }

  startTime();
  // not at once: it may close the client, which stops only what is known to run
  Promise.resolve().then(work).catch(fail).finally(settled);
  return {
    stop,
    taken(count) {
      if (window?.taken(count) === true) wake?.();
    },
  };
}
