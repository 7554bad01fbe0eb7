import { setTimeout as sleep } from "node:timers/promises";
import type { LoadClient } from "./load-client.ts";
import type { LoadModel, LoadSettings } from "./load-model.ts";

/** Each client calls again when it is answered: the slower the server, the fewer calls. */
export class ClosedLoop implements LoadModel {
  readonly #settings: LoadSettings;
  readonly #ending = new AbortController();
  /** Clients that have begun, and who waits for their connection. */
  readonly #waiting = new Map<LoadClient, (() => void)[]>();
  /** Clients that have yet to come, and loops that run. */
  #toCome: number;
  #running = 0;
  readonly #finished: Promise<void>;
  #finish: () => void = () => {};

  /** @param clients how many will come */
  constructor(settings: LoadSettings, clients: number) {
    this.#settings = settings;
    this.#toCome = clients;
    this.#finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  changed(client: LoadClient): void {
    const waiting = this.#waiting.get(client);
    if (waiting !== undefined) {
      if (client.open || client.closed) for (const go of waiting.splice(0)) go();
    } else if (client.open || client.closed) {
      this.#toCome--;
      this.#waiting.set(client, []);
      this.#running += this.#settings.depth;
      for (let slot = 0; slot < this.#settings.depth; slot++) void this.#loop(client).then(() => this.#ended());
    }
  }

  /** Nothing is late here. */
  take(): number {
    return 0;
  }

  stop(): void {
    this.#ending.abort();
    for (const waiting of this.#waiting.values()) for (const go of waiting.splice(0)) go();
    if (this.#running === 0) this.#finish();
  }

  finished(): Promise<void> {
    return this.#finished;
  }

  #ended(): void {
    this.#running--;
    if (this.#running === 0 && (this.#toCome === 0 || this.#ending.signal.aborted)) this.#finish();
  }

  async #loop(client: LoadClient): Promise<void> {
    const { iterations, delayMs, pick } = this.#settings;
    // or else all clients would call in the same moments
    await this.#pause(Math.random() * delayMs);
    while (!this.#ending.signal.aborted && !client.closed && client.begun < iterations) {
      if (client.open) {
        await client.perform(pick(), undefined);
        if (client.begun < iterations) await this.#pause(delayMs);
      } else {
        await new Promise<void>((resolve) => {
          this.#waiting.get(client)?.push(resolve);
        });
      }
    }
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#ending;
    if (ms >= 1) await sleep(ms, undefined, { signal }).catch(() => {});
  }
}
