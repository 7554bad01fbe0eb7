import { onTestFinished } from "vitest";
import type { Client } from "../../client/client.ts";
import { connect } from "../../client/node.ts";

/** Every so many milliseconds a call and a publication: 500 of each in a second. */
const PERIOD_MS = 2;
const CHANNEL = "steady";

/** What became of everything that was asked. */
export interface Outcome {
  readonly calls: number;
  readonly publications: number;
  /** Why calls and publications were not answered. */
  readonly failures: readonly string[];
}

/**
 * Clients of the project's own that call and publish at a steady rate, each call with one attempt: what is lost with a
 * connection fails. Closed when the test is over.
 */
export class SteadyLoad {
  readonly clients: readonly Client[];
  readonly #pending = new Set<Promise<void>>();
  readonly #failures: string[] = [];
  #counts = { calls: 0, publications: 0 };
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
    await Promise.all(this.clients.map(({ ready }) => ready));
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
    return { ...this.#counts, failures: this.#failures };
  }

  #ask(index: number): void {
    const { length } = this.clients;
    const [caller, publisher] = [this.clients[index % length], this.clients[(index * 7) % length]];
    this.#watch(caller?.call("test.delay", index % 20), "calls");
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
