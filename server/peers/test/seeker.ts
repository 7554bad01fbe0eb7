import { expect } from "vitest";
import type { PeerEvent, PeerSeekInput } from "../../../shared/peers.ts";
import type { RawClient, RawClientOptions } from "../../test/raw-client.ts";

/** Where raw clients come from: a server of this process, or a cluster. */
export interface Connectable {
  connect(options?: Omit<RawClientOptions, "port">): Promise<RawClient>;
}

const SEEK_ID = 1;
const CHUNK = 6;

/** A raw client that seeks. */
export class Seeker {
  readonly client: RawClient;
  id = "";
  #lastId = SEEK_ID;
  #early: PeerEvent[] = [];

  constructor(client: RawClient) {
    this.client = client;
  }

  /** Connects, seeks, and waits until the server has said who it is. */
  static async seek(
    server: Connectable,
    input: PeerSeekInput = {},
    options: Omit<RawClientOptions, "port"> = {},
  ): Promise<Seeker> {
    const seeker = new Seeker(await server.connect(options));
    await seeker.begin(input);
    return seeker;
  }

  /** @returns the first event */
  async begin(input: PeerSeekInput = {}): Promise<PeerEvent & { type: "self" }> {
    this.client.send([2, SEEK_ID, "$peers.seek", input]);
    const self = await this.event();
    if (self.type !== "self") throw new Error(`The first event is ${self.type}.`);
    this.id = self.peer;
    return self;
  }

  /** The next event. */
  async event(): Promise<PeerEvent> {
    const early = this.#early.shift();
    if (early !== undefined) return early;
    const message = (await this.client.next()) as [number, number, PeerEvent];
    if (message[0] === CHUNK && message[1] === SEEK_ID) return message[2];
    throw new Error(`No event: ${JSON.stringify(message)}`);
  }

  /** The next event of a kind. */
  async next<Type extends PeerEvent["type"]>(type: Type): Promise<PeerEvent & { type: Type }> {
    for (;;) {
      const event = await this.event();
      if (event.type === type) return event as PeerEvent & { type: Type };
    }
  }

  /** How the stream ended. */
  async ended(): Promise<unknown> {
    for (;;) {
      const message = (await this.client.next()) as [number, number, ...unknown[]];
      if (message[0] !== CHUNK && message[1] === SEEK_ID) return message;
    }
  }

  /** Calls, and takes the answer out of what comes. */
  async call(procedure: string, input: unknown): Promise<readonly unknown[]> {
    const id = ++this.#lastId;
    this.client.send([2, id, procedure, input]);
    for (;;) {
      const message = (await this.client.next()) as [number, number, PeerEvent];
      if (message[1] === id) return message;
      this.#early.push(message[2]);
    }
  }

  signal(to: string, data: unknown): Promise<readonly unknown[]> {
    return this.call("$peers.signal", { from: this.id, to, data });
  }

  connect(to: string): Promise<readonly unknown[]> {
    return this.call("$peers.connect", { from: this.id, to });
  }

  part(to: string, again = false): Promise<readonly unknown[]> {
    return this.call("$peers.part", { from: this.id, to, again });
  }

  /** Ends the seek. */
  cancel(): void {
    this.client.send([7, SEEK_ID]);
  }

  /** Nothing is told of it that was on its way by now. */
  async hears(): Promise<PeerEvent[]> {
    const messages = (await this.client.settled()) as [number, number, PeerEvent][];
    return [...this.#early.splice(0), ...messages.map(([, , event]) => event)];
  }
}

/** A secret that nobody has guessed. */
export function secret(name: string): string {
  return name.padEnd(16, ".");
}

/** What an ERROR of this code, and with such a text, matches. */
export function refusal(code: string, text = /./): object {
  return { 0: 4, 2: code, 3: expect.stringMatching(text) };
}
