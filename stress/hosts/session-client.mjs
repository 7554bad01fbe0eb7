import { setTimeout as sleep } from "node:timers/promises";
import { RawConnection } from "../raw-connection.mjs";

const [HELLO, WELCOME, PING, PONG] = [0, 1, 14, 15];
/** How long a HELLO may be unanswered until somebody else is asked, in milliseconds. */
const WELCOME_MS = 10_000;
/** Between two connections, in milliseconds. */
const APART_MS = [20, 400];

/**
 * One session, taken from connection to connection and from host to host as the protocol says, with nothing of this
 * project's client. It must never be lost.
 */
export class SessionClient {
  who;
  /** Which host it is connected to, a number; undefined while it is not welcome anywhere. */
  host;
  #world;
  #random;
  #on;
  #session;
  #connection;
  #turn = 0;
  #over;

  /**
   * @param on `welcomed(info, again)` when it is connected, `receive(message)`, and `channels()`, the places in channels
   * that it goes on from
   */
  constructor(world, random, who, on) {
    this.who = who;
    this.#world = world;
    this.#random = random;
    this.#on = on;
    this.#over = this.#live().catch((error) => world.complain(`${who} failed by itself: ${error?.stack ?? error}`));
  }

  get connected() {
    return this.host !== undefined;
  }

  /** @returns whether it could be sent, whatever becomes of it */
  send(message) {
    if (!this.connected) return false;
    this.#connection.send(message);
    return true;
  }

  /** Loses the connection. */
  cut() {
    this.#connection?.cut();
  }

  close() {
    this.cut();
    return this.#over;
  }

  async #live() {
    const { ports } = this.#world.cluster;
    while (!this.#world.closing) {
      const host = this.#random.between(0, ports.length - 1);
      const connection = new RawConnection(ports[host], (message) => {
        if (connection === this.#connection) this.#receive(message, host);
      });
      this.#connection = connection;
      if (await connection.opened()) {
        connection.send([HELLO, { resume: this.#resume() }]);
        const late = sleep(WELCOME_MS, undefined, { ref: false }).then(() => {
          if (this.#connection !== connection || this.connected) return;
          this.#world.count("HELLOs without an answer in time");
          connection.cut();
        });
        await connection.closed;
        void late;
        this.#world.count(this.connected ? "connections lost" : "connections that were not welcome yet");
      }
      this.host = undefined;
      await this.#world.rest(this.#random.between(...APART_MS));
    }
  }

  #resume() {
    const channels = this.#on.channels?.();
    const turn = ++this.#turn;
    return this.#session && { ...this.#session, turn, ...(channels !== undefined && { channels }) };
  }

  #receive(message, host) {
    if (message[0] === PING) this.#connection.send([PONG, message[1]]);
    else if (message[0] === WELCOME) this.#welcomed(message[1], host);
    else this.#on.receive(message);
  }

  #welcomed(info, host) {
    const { session, secret, resumed } = info;
    const before = this.#session;
    this.host = host;
    if (before !== undefined) {
      this.#world.count("sessions taken on");
      if (!resumed)
        this.#world.complain(`${this.who} came back to host ${host}, and its session ${before.session} was lost`);
    }
    this.#session = { session, secret };
    this.#on.welcomed(info, before !== undefined);
  }
}
