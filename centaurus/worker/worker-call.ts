import { type AnyIterator, streamOf } from "../../shared/stream-of.ts";
import { cloneError, isObject } from "../clone.ts";
import { type CallExtras, FAILED, ITEM, type PageBound, PROGRESS, RESULT } from "../message.ts";
import type { Movable } from "../platform-types.ts";
import { transferablesIn, transfersOf } from "../transfer.ts";
import type { CallScope } from "../types.ts";
import { explainReference } from "./functions.ts";
import { packThrown } from "./pack-thrown.ts";

/** What a call needs of its web worker. */
export interface WorkerCallHost {
  post(message: PageBound, transfer?: Movable[]): void;
  over(id: number): void;
}

/** A generator that never waits is made to after so many milliseconds, so that its CANCEL can be read. */
const TURN_MS = 10;

/** A call that is not over. */
export class WorkerCall {
  readonly #host: WorkerCallHost;
  readonly #id: number;
  readonly #name: string;
  readonly #extras: CallExtras | undefined;
  /** Whether its function travelled as text. */
  readonly #travelled: boolean;
  #controller: AbortController | undefined;
  /** What the function has said to move. */
  #moves: Movable[] | undefined;
  #room: number;
  #wake: (() => void) | undefined;
  #cancelled: { readonly reason: unknown } | undefined;
  over = false;

  constructor(host: WorkerCallHost, id: number, name: string, extras: CallExtras | undefined, travelled: boolean) {
    this.#travelled = travelled;
    this.#host = host;
    this.#id = id;
    this.#name = name;
    this.#extras = extras;
    this.#room = extras?.window ?? 0;
  }

  /** What the function has as `this`. */
  scope(): CallScope {
    const call = this;
    return {
      get signal() {
        return call.#signal;
      },
      progress: (value) => this.#post([PROGRESS, this.#id, value]),
      transfer: (value, what) => {
        this.#moves = [...(this.#moves ?? []), ...(what ?? transferablesIn([value]))];
        return value;
      },
    };
  }

  readonly resolve = (value: unknown): void => {
    if (this.over) return;
    try {
      this.#post([RESULT, this.#id, value]);
    } catch (error) {
      this.reject(error);
      return;
    }
    this.#end();
  };

  readonly reject = (error: unknown): void => {
    if (this.over) return;
    this.#host.post([FAILED, this.#id, packThrown(this.#travelled ? explainReference(error) : error)]);
    this.#end();
  };

  /** Gives what the function returned: at once, where that is a plain value. */
  returned(value: unknown): void {
    if (typeof value !== "object" || value === null) this.resolve(value);
    else if (typeof (value as PromiseLike<unknown>).then === "function") {
      Promise.resolve(value)
        .then((result) => this.returned(result))
        .catch(this.reject);
    } else {
      // what can be iterated is read where that is asked for; a generator always, as it cannot be sent
      const read = "next" in value || this.#extras?.window !== undefined;
      const items = read ? streamOf(value) : undefined;
      if (items === undefined) this.resolve(value);
      else this.#read(items).then(this.resolve, this.reject);
    }
  }

  cancel(reason: unknown): void {
    this.#cancelled ??= { reason };
    this.#controller?.abort(reason);
    this.#wake?.();
  }

  more(count: number): void {
    this.#room += count;
    this.#wake?.();
  }

  get #signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#cancelled !== undefined) this.#controller.abort(this.#cancelled.reason);
    }
    return this.#controller.signal;
  }

  async #read(items: AnyIterator): Promise<unknown> {
    const wanted = this.#extras?.window !== undefined;
    let turnUntil = performance.now() + TURN_MS;
    for (;;) {
      while (wanted && this.#room < 1 && this.#cancelled === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      if (this.#cancelled !== undefined) {
        await items.return?.();
        throw this.#cancelled.reason;
      }
      const next = items.next();
      const { done, value } = "then" in next ? await next : next;
      if (done === true) return value;
      if (wanted) {
        this.#room--;
        try {
          this.#post([ITEM, this.#id, value]);
        } catch (error) {
          await items.return?.();
          throw error;
        }
      }
      if (performance.now() > turnUntil) {
        await turn();
        turnUntil = performance.now() + TURN_MS;
      }
    }
  }

  /** @throws CloneError */
  #post(message: PageBound & { readonly 2: unknown }): void {
    const value = message[2];
    try {
      if (!isObject(value)) this.#host.post(message);
      else {
        const own = new Set<unknown>(this.#moves && transferablesIn([value]));
        const moves = [...(this.#moves ?? []), ...transfersOf([value], this.#extras?.transfer)];
        // what was said of another value goes with that
        this.#moves = this.#moves?.filter((one) => !own.has(one));
        this.#host.post(
          message,
          [...new Set(moves)].filter((one) => !this.#moves?.includes(one)),
        );
      }
    } catch (error) {
      throw cloneError(`What "${this.#name}" gave`, value, error);
    }
  }

  #end(): void {
    this.over = true;
    this.#host.over(this.#id);
  }
}

/** Lets messages be read. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
