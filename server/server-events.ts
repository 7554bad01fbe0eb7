import { Emitter } from "../shared/emitter.ts";
import type { ServerEvents } from "./app.ts";
import type { Logger } from "./logger.ts";

/**
 * Tells listeners what happens. One that throws, or is `async` and rejects, is logged, and harms neither the others nor
 * what happened. It is no `error` event: a listener of that very event that fails would never come to an end.
 */
export class LoggingEmitter<Events extends Record<keyof Events, (...args: never[]) => void>> extends Emitter<Events> {
  readonly #log: Pick<Logger, "error">;

  constructor(log: Pick<Logger, "error">) {
    super();
    this.#log = log;
  }

  override emit<Name extends keyof Events>(event: Name, ...args: Parameters<Events[Name]>): void {
    try {
      super.emit(event, ...args);
    } catch (error) {
      this.#failed(event, error);
    }
  }

  protected override returned(event: keyof Events, result: unknown): void {
    if (typeof result !== "object" || result === null) return;
    // any object will do: what is no promise, or a homemade one, becomes a real one
    Promise.resolve(result).catch((error: unknown) => this.#failed(event, error));
  }

  #failed(event: keyof Events, error: unknown): void {
    this.#log.error({ error, event }, "a listener failed");
  }
}

/** Tells listeners what happens in a socket worker. */
export class ServerEmitter extends LoggingEmitter<ServerEvents> {}

/** What happens in one of the applications of a process: its own listeners hear it, and then those of the process. */
export class AppEvents extends ServerEmitter {
  readonly #process: Emitter<ServerEvents>;

  constructor(log: Pick<Logger, "error">, process: Emitter<ServerEvents>) {
    super(log);
    this.#process = process;
  }

  override emit<Name extends keyof ServerEvents>(event: Name, ...args: Parameters<ServerEvents[Name]>): void {
    super.emit(event, ...args);
    this.#process.emit(event, ...args);
  }

  override has(event: keyof ServerEvents): boolean {
    return super.has(event) || this.#process.has(event);
  }
}
