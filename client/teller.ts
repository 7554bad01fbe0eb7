import { Emitter } from "../shared/emitter.ts";
import type { ClientEvents } from "./events.ts";

/** An emitter whose listeners may be `async`: where the promise of one rejects, that is reported. */
export class ReportingEmitter<Events extends Record<keyof Events, (...args: never[]) => void>> extends Emitter<Events> {
  readonly #report: (error: unknown, event: keyof Events) => void;

  constructor(report: (error: unknown, event: keyof Events) => void) {
    super();
    this.#report = report;
  }

  protected override returned(event: keyof Events, result: unknown): void {
    if (typeof (result as PromiseLike<unknown> | null)?.then !== "function") return;
    Promise.resolve(result).catch((error) => this.#report(error, event));
  }
}

/** Tells a client's events one after the other: what a listener causes is told when all have heard of what it heard. */
export class Teller {
  readonly events = new ReportingEmitter<ClientEvents>((error, event) => {
    // who listens to `error` and fails at that is not told of it again
    if (event === "error") raise(error);
    else this.report(error);
  });
  readonly #waiting: (() => void)[] = [];
  #held = false;

  tell<Name extends keyof ClientEvents>(event: Name, ...args: Parameters<ClientEvents[Name]>): void {
    if (!this.events.has(event)) return;
    this.later(() => {
      try {
        this.events.emit(event, ...args);
      } catch (error) {
        this.report(error);
      }
    });
  }

  /** What an application's listener throws must not stop the client, nor be hidden. */
  report(error: unknown): void {
    this.later(() => {
      try {
        if (this.events.has("error")) this.events.emit("error", error);
        else raise(error);
      } catch (thrown) {
        raise(thrown);
      }
    });
  }

  /** Runs what must not throw once all that happened before has been told. */
  later(what: () => void): void {
    this.#waiting.push(what);
    if (!this.#held) this.hold(() => {});
  }

  /** Lets something happen as a whole before anybody is told of a part of it. */
  hold(happen: () => void): void {
    if (this.#held) {
      happen();
      return;
    }
    this.#held = true;
    try {
      happen();
    } finally {
      try {
        for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) next();
      } finally {
        this.#held = false;
      }
    }
  }
}

function raise(error: unknown): void {
  if (typeof reportError === "function") reportError(error);
  else {
    queueMicrotask(() => {
      throw error;
    });
  }
}
