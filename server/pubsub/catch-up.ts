import type { Position, SubscribedInfo } from "../../shared/message.ts";
import type { Broker, From, HistoryPage } from "../brokers/broker.ts";
import type { Connection } from "../connection/connection.ts";
import type { CatchUpTurns } from "./catch-up-turns.ts";
import { EventFrames, type EventFramesOptions } from "./event-frames.ts";

/** What a connection's way into a channel needs of its surroundings. */
export interface CatchUpHost {
  readonly broker: Broker;
  readonly frames: EventFramesOptions;
  /** The connection's, for all its channels. */
  readonly turns: CatchUpTurns;
  /** Whether the connection still wants this, and has not begun anew since. */
  wanted(catchUp: CatchUp): boolean;
  /** Everything that was missed has been sent: from now on publications come as they are made. */
  live(connection: Connection): void;
}

/** How long a page is waited for, in milliseconds, where the broker had no room for it. */
const AGAIN_MS = 200;

/**
 * How a connection gets into a channel that keeps a history: first what it missed, page by page as fast as it reads, then
 * the live publications. There is no gap between them and nothing comes twice, as the last page has its place among the
 * live ones: whatever this process is handed after it is newer.
 */
export class CatchUp {
  readonly connection: Connection;
  readonly #host: CatchUpHost;
  readonly #channel: string;
  readonly #latest: boolean;
  /** The last one sent; undefined where the client begins. */
  #position: Position | undefined;
  /** The first page, during the call that brings it, if it brings one. */
  #page: HistoryPage | undefined;

  /** @param latest whether only the newest publication counts */
  constructor(host: CatchUpHost, connection: Connection, channel: string, latest: boolean) {
    this.#host = host;
    this.connection = connection;
    this.#channel = channel;
    this.#latest = latest;
  }

  /**
   * The first page is there, for as long as `told` takes.
   * @param told gets what SUBSCRIBED says
   */
  found(page: HistoryPage, { since, peek }: From, told: (info: SubscribedInfo) => void): void {
    const { epoch, top, recovered } = page;
    const verdict = since !== undefined || (this.#latest && recovered) ? { recovered } : {};
    this.#position = recovered ? since : { epoch, offset: top };
    // one that was only looked at has nothing to send
    this.#page = peek === true ? undefined : page;
    told({ epoch, offset: top, ...verdict, ...(this.#latest ? { latest: true } : {}) });
    this.#page = undefined;
  }

  /** Begins to send. Later than within `told`, or where much waits already, what was missed is asked for anew. */
  begin(): void {
    const page = this.#page;
    if (page !== undefined && (page.publications.length === 0 || this.#host.turns.free)) this.#send(page);
    else this.#askInTurn();
  }

  #send(page: HistoryPage): void {
    const { connection } = this;
    page.publications.forEach((data, index) => {
      const frames = new EventFrames(this.#host.frames, this.#channel, data, page.first + index);
      connection.sendPiece(connection.binary ? frames.piece() : frames.text(undefined));
    });
    const count = page.publications.length;
    if (count > 0) this.#position = { epoch: page.epoch, offset: page.first + count - 1 };
    if (page.more) void connection.drain().then(() => this.#askInTurn());
    // ahead of live publications, which do not wait for the end of the turn; all this may have been too much for it
    else if (this.#host.wanted(this)) this.#host.live(connection);
  }

  #askInTurn(): void {
    this.#host.turns.take((over) => this.#ask(over));
  }

  #ask(over: () => void): void {
    if (!this.#host.wanted(this)) {
      over();
      return;
    }
    const { broker } = this.#host;
    broker.subscribeFrom(this.#channel, { since: this.#position, latest: this.#latest }, (error, page) => {
      if (this.#host.wanted(this)) {
        if (error !== undefined) setTimeout(() => this.#askInTurn(), AGAIN_MS);
        // who begins has nothing to miss
        else if (page?.recovered === true || (page && this.#position === undefined)) this.#send(page);
        // what it was promised is gone: it has to come back, and will be told so
        else this.connection.dropped();
      }
      over();
    });
  }
}
