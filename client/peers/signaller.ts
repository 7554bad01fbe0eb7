import { AppError } from "../../shared/errors.ts";
import type { LinkSignal } from "./link-signal.ts";
import type { PeerHost } from "./peer-host.ts";

/** How long the server may take for one signal, in milliseconds. */
const TIMEOUT_MS = 5_000;
/** Both only fill the wires where the server takes none: a later attempt has signals of its own. */
const MOST_WAITING = 100;

/** Sends signals to one peer over the server, one after the other. What cannot be sent is lost: attempts are repeated. */
export class Signaller {
  readonly #host: PeerHost;
  readonly #from: () => string;
  readonly #to: string;
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
      .then(() => this.#call("$peers.signal", { data }))
      .catch(async (error) => {
        // a server that was started anew does not know that the two are a pair
        if (!(error instanceof AppError) || error.code !== "NOT_FOUND") throw error;
        await this.#call("$peers.connect", {});
        await this.#call("$peers.signal", { data });
      })
      .catch(() => {})
      .finally(() => {
        this.#waiting--;
      });
  }

  /** The two are no pair any more, and as long as nobody asks for it. @param again whether this side seeks on */
  part(again: boolean): void {
    this.#call("$peers.part", { again }).catch(() => {});
  }

  async #call(name: `$peers.${string}`, input: object): Promise<void> {
    const ends = { from: this.#from(), to: this.#to };
    await this.#host.client.call(name, { ...ends, ...input }, { idempotent: true, timeoutMs: TIMEOUT_MS });
  }
}
