import { CloseCode } from "../../shared/codes.ts";
import { Kind, type ServerMessage } from "../../shared/message.ts";
import type { LocalClient } from "../hooks/local-client.ts";
import type { SocketWorkerApi } from "../hooks/socket-worker-api.ts";
import type { Simulated, SimulatedCall } from "./simulate-options.ts";

/** What simulated clients have done, all together. */
export interface Tally {
  came: number;
  calls: number;
  answers: number;
  errors: number;
  published: number;
  events: number;
}

export interface SimulatedClientOptions {
  readonly api: Pick<SocketWorkerApi, "connect" | "connections">;
  readonly simulated: Simulated;
  readonly tally: Tally;
  /** Its place among all. */
  readonly index: number;
  /** Something that it asked for was refused. */
  refused(code: string, text: string): void;
  /** It is gone. @param restart whether that is as its socket worker ends */
  gone(client: SimulatedClient, restart: boolean): void;
}

/** Channels of one client. */
const SUBSCRIPTIONS = 2;
/** Calls of one client that wait for their answers at most. */
const MOST_CALLS = 10;
/** 198.18.0.0/15 is set aside for measurements: https://www.rfc-editor.org/rfc/rfc2544#appendix-C.2.2 */
const ADDRESSES = 0x2_0000;

/** One client that is not there: it greets, subscribes, calls and publishes as it is told to. */
export class SimulatedClient {
  readonly index: number;
  readonly #options: SimulatedClientOptions;
  readonly #client: LocalClient | undefined;
  #lastId = 0;
  /** Ids of calls that wait for their answers. */
  readonly #waiting = new Set<number>();
  #restart = false;

  constructor(options: SimulatedClientOptions) {
    const { api, simulated, tally, index } = options;
    this.#options = options;
    this.index = index;
    const client = api.connect({
      address: addressOf(index),
      format: index % 3 === 0 ? "json" : "msgpack",
      message: (message) => this.#hear(message),
      closed: () => options.gone(this, this.#restart),
    });
    this.#client = client;
    if (client === undefined) return;
    tally.came++;
    client.send([Kind.HELLO, { client: "simulated" }]);
    const { channels } = simulated;
    for (let count = 0; count < Math.min(SUBSCRIPTIONS, channels.length); count++) {
      client.send([Kind.SUBSCRIBE, ++this.#lastId, channels[(index + count) % channels.length] as string]);
    }
  }

  /** Whether it was let in. */
  get open(): boolean {
    return this.#client?.open === true;
  }

  call({ procedure, input }: SimulatedCall): void {
    if (!this.open || this.#waiting.size >= MOST_CALLS) return;
    const { tally } = this.#options;
    tally.calls++;
    const id = ++this.#lastId;
    this.#waiting.add(id);
    this.#client?.send(input === undefined ? [Kind.CALL, id, procedure] : [Kind.CALL, id, procedure, input()]);
  }

  publish(channel: string, data: unknown): void {
    this.#options.tally.published++;
    this.#client?.send([Kind.PUBLISH, null, channel, data]);
  }

  leave(): void {
    this.#client?.close(CloseCode.NORMAL);
  }

  #hear(message: ServerMessage): void {
    const { tally } = this.#options;
    switch (message[0]) {
      case Kind.WELCOME:
        this.#introduce();
        break;
      case Kind.RESULT:
        this.#waiting.delete(message[1]);
        tally.answers++;
        break;
      case Kind.ERROR:
        if (message[1] !== null) this.#waiting.delete(message[1]);
        tally.errors++;
        this.#options.refused(message[2], message[3]);
        break;
      case Kind.EVENT:
        tally.events++;
        break;
      case Kind.PING:
        this.#client?.send([Kind.PONG]);
        break;
      case Kind.GOAWAY:
        this.#restart = message[1] === "restart";
        this.leave();
        break;
    }
  }

  /** It has a session, to be known by. */
  #introduce(): void {
    const { api, simulated } = this.#options;
    if (!this.#client?.open) return;
    const session = api.connections.sessionOf(this.#client.connection);
    session.setTags(simulated.tags(this.index));
    const user = simulated.user(this.index);
    if (user !== undefined) session.setUser(user);
  }
}

function addressOf(index: number): string {
  const number = index % ADDRESSES;
  return `198.${18 + (number >> 16)}.${(number >> 8) & 0xff}.${number & 0xff}`;
}
