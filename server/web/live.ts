import { type Client, connect, story } from "../../client/index.ts";
import type { app } from "../demo/app.ts";

export type DemoClient = Client<typeof app>;

/** The page's client, which the reconnect button replaces: one that is open has no reason to dial again. */
export class Live {
  readonly #url: string;
  readonly #users = new Set<(client: DemoClient) => void>();
  #client: DemoClient;

  constructor(url: string) {
    this.#url = url;
    this.#client = this.#connect();
  }

  get client(): DemoClient {
    return this.#client;
  }

  /** Calls `user` with the present client at once, and with each that takes its place. Returns the release. */
  use(user: (client: DemoClient) => void): () => void {
    this.#users.add(user);
    user(this.#client);
    return () => this.#users.delete(user);
  }

  /** Gives the connection up for a new one, which the server deals to the next worker. */
  reconnect(): void {
    const old = this.#client;
    this.#client = this.#connect();
    // only now: its users see that it is no longer the one
    old.close();
    for (const user of this.#users) user(this.#client);
  }

  /** The page's console tells what becomes of the connection. */
  #connect(): DemoClient {
    return connect<typeof app>(this.#url, { plugins: [story()] });
  }
}
