import { Emitter } from "../shared/emitter.ts";
import type { ServerEvents } from "./app.ts";
import type { Logger } from "./logger.ts";

/** Tells listeners what happens. One that throws is logged, and harms neither the others nor what happened. */
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
      this.#log.error({ error, event }, "a listener failed");
    }
  }
}
