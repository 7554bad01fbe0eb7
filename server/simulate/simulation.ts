import type { SocketWorkerApi } from "../hooks/socket-worker-api.ts";
import { once } from "../once.ts";
import { pick } from "./pick.ts";
import type { Simulated } from "./simulate-options.ts";
import { SimulatedClient, type Tally } from "./simulated-client.ts";

/** What a simulation needs of what hooks get. */
export type SimulationApi = Pick<SocketWorkerApi, "connect" | "connections" | "log">;

/** How often it does what is due, in milliseconds. */
const STEP_MS = 100;
/** What it could not do for longer than that, as it was held up, it does not make up for. */
const LONGEST_STEP_MS = 1_000;
/** Things that it does in one step at most: it is not to hold up what it is there to try. */
const MOST_A_STEP = 2_000;

/** Something that is due so many times in a second, and may be due in parts. */
class Due {
  #owed = 0;

  take(perSecond: number, ms: number): number {
    this.#owed = Math.min(this.#owed + (perSecond * ms) / 1_000, MOST_A_STEP);
    const whole = Math.floor(this.#owed);
    this.#owed -= whole;
    return whole;
  }
}

/** Clients that come, say something, and go, in one socket worker. */
export class Simulation {
  readonly tally: Tally = { came: 0, calls: 0, answers: 0, errors: 0, published: 0, events: 0 };
  readonly #api: SimulationApi;
  readonly #simulated: Simulated;
  readonly #clients: SimulatedClient[] = [];
  /** Where each client is in there. */
  readonly #places = new Map<SimulatedClient, number>();
  /** Numbers of those that have gone, for those that come. */
  readonly #free: number[] = [];
  readonly #coming = new Due();
  readonly #going = new Due();
  readonly #calling = new Due();
  readonly #publishing = new Due();
  readonly #timer: NodeJS.Timeout;
  #lastStep = performance.now();
  readonly #refused: (code: string, text: string) => void;
  #ending = false;

  constructor(api: SimulationApi, simulated: Simulated) {
    this.#api = api;
    this.#simulated = simulated;
    // the first one tells what is wrong, and the others are counted
    this.#refused = once((code: string, text: string) => {
      api.log.warn({ code, text }, "a simulated client was refused something; it is told once, and then counted");
    });
    this.#timer = setInterval(() => this.#step(), STEP_MS);
  }

  /** How many clients there are. */
  get size(): number {
    return this.#clients.length;
  }

  /** Nobody comes any more, and those that are there go. */
  end(): void {
    this.#ending = true;
    clearInterval(this.#timer);
    for (const client of this.#clients) client.leave();
  }

  #step(): void {
    const now = performance.now();
    const ms = Math.min(now - this.#lastStep, LONGEST_STEP_MS);
    this.#lastStep = now;
    const { comePerSecond, staySeconds, callsPerSecond, publishesPerSecond, connections, calls, channels, data } =
      this.#simulated;
    for (let left = this.#coming.take(comePerSecond, ms); left > 0 && this.size < connections; left--) {
      if (!this.#come()) break;
    }
    for (let left = this.#going.take(this.size / staySeconds, ms); left > 0; left--) pick(this.#clients)?.leave();
    for (let left = this.#calling.take(this.size * callsPerSecond, ms); left > 0; left--) {
      const call = pick(calls);
      if (call !== undefined) pick(this.#clients)?.call(call);
    }
    for (let left = this.#publishing.take(this.size * publishesPerSecond, ms); left > 0; left--) {
      const channel = pick(channels);
      if (channel !== undefined) pick(this.#clients)?.publish(channel, data());
    }
  }

  /** @returns whether it was let in */
  #come(): boolean {
    if (this.#ending) return false;
    const index = this.#free.pop() ?? this.size;
    const client = new SimulatedClient({
      ...{ api: this.#api, simulated: this.#simulated, tally: this.tally, index },
      refused: this.#refused,
      gone: (one, restart) => this.#gone(one, restart),
    });
    if (!client.open) {
      this.#free.push(index);
      return false;
    }
    this.#places.set(client, this.#clients.push(client) - 1);
    return true;
  }

  #gone(client: SimulatedClient, restart: boolean): void {
    // where its socket worker is about to end, nobody need try to come to it
    if (restart) this.#ending = true;
    const place = this.#places.get(client);
    if (place === undefined) return;
    this.#places.delete(client);
    this.#free.push(client.index);
    const last = this.#clients.pop();
    if (last === undefined || last === client) return;
    this.#clients[place] = last;
    this.#places.set(last, place);
  }
}
