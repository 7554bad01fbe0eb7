import type { HttpResponse as UwsResponse } from "uWebSockets.js";
import type { AdoptingApp } from "./front.ts";

/** What an app that serves one connection at a time knows of it. */
export interface Told {
  /** Whose the connection is; undefined where there is none. */
  readonly client: string | undefined;
  /** The connection has moved on, and needs the app no more. */
  moved(): void;
}

/** An app, and the connection in it. */
interface Desk {
  readonly app: AdoptingApp;
  client: string | undefined;
}

/**
 * With so many connections that have not asked for anything, the one that waits longest is hung up on: each takes about
 * 50 kB, and one that comes to the point is through in no time.
 */
const MOST_DESKS = 1_000;

/**
 * Where connections wait whose client was told by a proxy, before their first byte. uWebSockets.js keeps nothing of ours
 * for a connection that is no WebSocket yet, and does not tell one from another; so each is in an app of its own until
 * it has asked, and the app is the next one's then.
 */
export class ToldClients {
  readonly #create: (told: Told) => AdoptingApp;
  readonly #free: Desk[] = [];
  /** Those in which somebody is, who came first at first. */
  readonly #busy = new Set<Desk>();

  /** @param create makes an app, which asks whose its connection is */
  constructor(create: (told: Told) => AdoptingApp) {
    this.#create = create;
  }

  /** Takes a connection. */
  adopt(descriptor: number, client: string): void {
    const [longest] = this.#busy;
    if (longest !== undefined && this.#busy.size >= MOST_DESKS) this.#hangUp(longest);
    const desk = this.#free.pop() ?? this.#open();
    desk.client = client;
    this.#busy.add(desk);
    desk.app.adoptSocket(descriptor);
  }

  /** Ends all connections that have not become anything else. */
  close(): void {
    for (const { app } of [...this.#busy, ...this.#free]) app.close();
  }

  #open(): Desk {
    const told: Told = {
      get client() {
        return desk.client;
      },
      moved: () => this.#release(desk),
    };
    const desk: Desk = { app: this.#create(told), client: undefined };
    const changed = (_: UwsResponse, change: number): void => {
      if (change < 0) this.#release(desk);
    };
    desk.app.filter(changed);
    return desk;
  }

  #release(desk: Desk): void {
    if (!this.#busy.delete(desk)) return;
    desk.client = undefined;
    this.#free.push(desk);
  }

  #hangUp(desk: Desk): void {
    // an app that was closed takes no more
    this.#busy.delete(desk);
    desk.app.close();
  }
}
