import { onTestFinished, vi } from "vitest";
import type { Client } from "../../client/client.ts";
import { connect } from "../../client/node.ts";
import { LIMIT_MS } from "./patience.ts";

/** Every so many milliseconds a call and a publication: 500 of each in a second. */
const PERIOD_MS = 2;
const CHANNEL = "steady";

/** What the clients have to find there. */
export const STEADY_APP = `
  export const app = defineApp({
    procedures: { delay: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
    channels: { ${CHANNEL}: { history: { size: 20_000, ttlMs: 60_000 } } },
  });`;

/** What became of everything that was asked. */
export interface Outcome {
  readonly calls: number;
  readonly publications: number;
  /** Why calls and publications were not answered. */
  readonly failures: readonly string[];
  /** What each client got of the publications of all, in its order. */
  readonly followed: readonly (readonly number[])[];
  /** How often a client was told that some are missing. */
  readonly gaps: number;
}

/**
 * Clients of the project's own that call and publish at a steady rate, each with one attempt: what is lost with a
 * connection fails. All of them follow what all publish. Closed when the test is over.
 */
export class SteadyLoad {
  readonly clients: readonly Client[];
  readonly #pending = new Set<Promise<void>>();
  readonly #failures: string[] = [];
  #counts = { calls: 0, publications: 0 };
  #followed: number[][] = [];
  #gaps = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(port: number, count: number) {
    this.clients = Array.from({ length: count }, () => connect(`ws://127.0.0.1:${port}`, { attempts: 1 }));
    onTestFinished(() => {
      clearInterval(this.#timer);
      for (const client of this.clients) client.close();
    });
  }

  /** Begins as soon as all are connected. */
  async begin(): Promise<void> {
    const subscriptions = this.clients.map((client, index) => {
      const numbers: number[] = [];
      this.#followed[index] = numbers;
      return client.subscribe(CHANNEL, (number) => void numbers.push(number as number));
    });
    for (const subscription of subscriptions) subscription.on("gap", () => this.#gaps++);
    await Promise.all(subscriptions.map(({ ready }) => ready));
    const started = performance.now();
    let done = 0;
    this.#timer = setInterval(() => {
      // a timer that is late makes up for it
      for (; done < (performance.now() - started) / PERIOD_MS; done++) this.#ask(done);
    }, PERIOD_MS);
  }

  async end(): Promise<Outcome> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
    const { publications } = this.#counts;
    const complete = () => this.#followed.every(({ length }) => length >= publications);
    await vi.waitUntil(complete, { timeout: LIMIT_MS, interval: 20 }).catch(() => undefined);
    return { ...this.#counts, failures: this.#failures, followed: this.#followed, gaps: this.#gaps };
  }

  #ask(index: number): void {
    const { length } = this.clients;
    const [caller, publisher] = [this.clients[index % length], this.clients[(index * 7) % length]];
    this.#watch(caller?.call("delay", index % 20), "calls");
    this.#watch(publisher?.publish(CHANNEL, index), "publications");
  }

  #watch(answer: Promise<unknown> | undefined, what: "calls" | "publications"): void {
    const watched = Promise.resolve(answer).then(
      () => void this.#counts[what]++,
      (error: unknown) => void this.#failures.push(`${what}: ${error}`),
    );
    this.#pending.add(watched);
    void watched.finally(() => this.#pending.delete(watched));
  }
}
