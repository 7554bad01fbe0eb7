import { AppError, errorReply } from "../shared/errors.ts";
import { type CallMessage, type ClientMessage, Kind, type ServerMessage } from "../shared/message.ts";
import { isTaken } from "../shared/stream-window.ts";
import { type Registry, register } from "./registry.ts";
import { type RunningProcedure, runProcedure } from "./running-procedure.ts";

/**
 * More than this at once is no use of a client, but something gone wrong. Who waits for nobody any more still counts
 * while it runs: a server that calls and cancels would have as many run as it likes.
 */
const MAX_RUNNING = 1_000;

/** One call of the server's, as the procedure sees it. */
export interface ProcedureCall {
  /** Aborts when the server cancels, the time it gave runs out, or the connection is lost: nobody waits any more. */
  readonly signal: AbortSignal;
  /** The name that was called. */
  readonly procedure: string;
}

/** What the server may call. */
export type ClientProcedure<Input = unknown> = (input: Input, call: ProcedureCall) => unknown;

export interface Procedures {
  /** Whether the server waits for an answer. */
  readonly busy: boolean;
  /** @throws Error where the name is taken */
  register(name: string, procedure: ClientProcedure): () => void;
  /** Takes a CALL, a CANCEL, or a PONG about a stream. Returns false where it is none, or about nothing known. */
  received(message: ServerMessage): boolean;
  /** The connection is gone, and who waited for answers with it. */
  lost(reason: unknown): void;
}

/**
 * What a client offers to the server.
 *
 * @param send throws where a message cannot be sent for what it holds
 * @param report takes what procedures threw, and not on purpose
 * @param idle called when the last one that ran has been answered
 * @param registered what is offered, where others offer the same
 * @param about what else a procedure is told of each call
 */
export function createProcedures(
  send: (message: ClientMessage) => void,
  report: (error: unknown) => void,
  idle: () => void,
  registered: Registry = new Map(),
  about: object = {},
): Procedures {
  const running = new Map<unknown, RunningProcedure>();
  let unsettled = 0;

  function begin([, id, name, data, options]: CallMessage): void {
    const input = options?.noData === true ? undefined : data;
    const entry = registered.get(name);
    if (running.has(id)) send(errorReply(id, new AppError("BAD_REQUEST", `The id ${id} is in use.`)));
    else if (entry === undefined) send(errorReply(id, new AppError("NOT_FOUND", `There is no procedure "${name}".`)));
    else if (unsettled >= MAX_RUNNING) send(errorReply(id, new AppError("OVERLOADED")));
    else {
      const procedure = (signal: AbortSignal) => entry.procedure(input, { ...about, signal, procedure: name });
      const over = () => {
        running.delete(id);
        // its answer is still to be sent
        if (running.size === 0) queueMicrotask(idle);
      };
      const settled = () => {
        unsettled--;
      };
      unsettled++;
      running.set(id, runProcedure({ id, procedure, options: options ?? {}, send, report, over, settled }));
    }
  }

  return {
    get busy() {
      return running.size > 0;
    },
    register: (name, procedure) => register(registered, name, procedure),
    received(message) {
      if (message[0] === Kind.CALL) begin(message);
      else if (message[0] === Kind.CANCEL) {
        const call = running.get(message[1]);
        call?.stop(new AppError("CANCELLED"));
        return call !== undefined;
      } else {
        const echo = message[0] === Kind.PONG ? message[1] : undefined;
        if (!isTaken(echo)) return false;
        running.get(echo[1])?.taken(echo[2]);
      }
      return true;
    },
    lost(reason) {
      for (const call of running.values()) call.stop(reason, false);
    },
  };
}
