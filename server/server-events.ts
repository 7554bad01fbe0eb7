import { Emitter } from "../shared/emitter.ts";
import type { ServerEvents } from "./app.ts";
import type { Logger } from "./logger.ts";

/**
 * Tells listeners what happens. One that throws, or is `async` and rejects, is logged, and harms neither the others nor
 * what happened. It is no `error` event: a listener of that very event that fails would never come to an end.
 */
export class ServerEmitter extends Emitter<ServerEvents> {
  readonly #log: Logger;

  constructor(log: Logger) {
    super();
    this.#log = log;
  }

  override emit<Name extends keyof ServerEvents>(event: Name, ...args: Parameters<ServerEvents[Name]>): void {
    try {
      super.emit(event, ...args);
    } catch (error) {
      this.#failed(event, error);
    }
  }

  protected override returned(event: keyof ServerEvents, result: unknown): void {
    if (typeof result !== "object" || result === null) return;
    // any object will do: what is no promise, or a homemade one, becomes a real one
    Promise.resolve(result).catch((error: unknown) => this.#failed(event, error));
  }

  #failed(event: keyof ServerEvents, error: unknown): void {
    this.#log.error({ error, event }, "a listener failed");
  }
}
