import { AppError } from "../../shared/errors.ts";
import type { LinkSignal } from "./link-signal.ts";
import type { PeerHost } from "./peer-host.ts";

/** How long the server may take for one signal, or to note the end of a pair, in milliseconds. */
const TIMEOUT_MS = 5_000;
/** Both only fill the wires where the server takes none: a later attempt has signals of its own. */
const MOST_WAITING = 100;

/** Sends signals to one peer over the server, one after the other. What cannot be sent is lost: attempts are repeated. */
export class Signaller {
  readonly #host: PeerHost;
  readonly #from: () => string;
  readonly #to: string;
  /** Whether the server that is there now has paired the two: where it knows of no pair then, somebody has ended it. */
  #paired = true;
  #closed = false;
  #last = Promise.resolve();
  #waiting = 0;

  constructor(host: PeerHost, from: () => string, to: string) {
    this.#host = host;
    this.#from = from;
    this.#to = to;
  }

  send(data: LinkSignal): void {
    if (this.#waiting >= MOST_WAITING) return;
    this.#waiting++;
    this.#last = this.#last
      .then(() => this.#deliver(data))
      .catch(() => {})
      .finally(() => {
        this.#waiting--;
      });
  }

  /** Whether the server has paired the two; one that was started anew has not. */
  paired(paired: boolean): void {
    this.#paired = paired;
  }

  /** The two are no pair any more, and as long as nobody asks for it. @param again whether this side seeks on */
  part(again: boolean): Promise<void> {
    return this.#call("$peers.part", { again });
  }

  /** What waits is not worth sending any more. */
  close(): void {
    this.#closed = true;
  }

  async #deliver(data: LinkSignal): Promise<void> {
    if (this.#closed) return;
    try {
      await this.#call("$peers.signal", { data });
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "NOT_FOUND") throw error;
      // a pair that was ended is not to begin anew
      if (this.#closed || this.#paired) return;
      await this.#call("$peers.connect", {});
      await this.#call("$peers.signal", { data });
    }
  }

  async #call(name: `$peers.${string}`, input: object): Promise<void> {
    const ends = { from: this.#from(), to: this.#to };
    await this.#host.client.call(name, { ...ends, ...input }, { idempotent: true, timeoutMs: TIMEOUT_MS });
  }
}
