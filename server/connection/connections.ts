import { TagIndex, type TagWatch } from "../tags/tag-index.ts";
import type { Connection } from "./connection.ts";

/** The heartbeats of all connections are spread over so many moments, so that they never all speak at once. */
const SLOTS = 25;
const HALF = Math.floor(SLOTS / 2);

/** A large message on a slow line is no sign of life until it is whole, and keeps a pong from coming. */
const PATIENCE = 2;

/** The connections of one socket worker, where to find them, and their heartbeats. */
export class Connections {
  readonly #all = new Map<string, Connection>();
  /** Finds them by what they are tagged with. */
  readonly tags: TagIndex<Connection>;
  /** Whose moment is when, in no order: an array takes less than half of what a set would, and each knows its place in it. */
  readonly #slots: Connection[][] = Array.from({ length: SLOTS }, () => []);
  #next = 0;
  /** The slot whose turn is next. */
  #turn = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param watch told of changes of certain tags */
  constructor(watch?: TagWatch) {
    this.tags = new TagIndex(() => this.#all.values(), watch);
  }

  get size(): number {
    return this.#all.size;
  }

  add(connection: Connection): void {
    this.#all.set(connection.id, connection);
    this.tags.update(connection, connection.tags);
    // one whose turn has been lately: a newcomer is left alone for half a heartbeat at least
    const turnsAgo = 1 + (this.#next++ % HALF);
    connection.slot = (this.#turn + SLOTS - turnsAgo) % SLOTS;
    connection.place = (this.#slots[connection.slot] as Connection[]).push(connection) - 1;
  }

  delete(connection: Connection): void {
    if (!this.#all.delete(connection.id)) return;
    this.tags.forget(connection);
    const slot = this.#slots[connection.slot] as Connection[];
    const last = slot.pop();
    if (last === undefined || last === connection) return;
    slot[connection.place] = last;
    last.place = connection.place;
  }

  get(id: string): Connection | undefined {
    return this.#all.get(id);
  }

  values(): IterableIterator<Connection> {
    return this.#all.values();
  }

  /**
   * Asks every connection for a sign of life once per `heartbeatMs`, and hands those that left {@link PATIENCE} such
   * questions unanswered to `dead`: a silent peer is noticed within three times that time.
   */
  startHeartbeats(heartbeatMs: number, dead: (connection: Connection) => void): void {
    this.#timer = setInterval(() => {
      const slot = this.#slots[this.#turn] as Connection[];
      this.#turn = (this.#turn + 1) % SLOTS;
      // a copy: who is told of one that is dead may close others
      for (const connection of [...slot]) {
        if (slot[connection.place] !== connection) continue;
        if (connection.silentBeats >= PATIENCE) {
          dead(connection);
          continue;
        }
        connection.silentBeats++;
        connection.probe();
      }
    }, heartbeatMs / SLOTS);
    this.#timer.unref();
  }

  stopHeartbeats(): void {
    clearInterval(this.#timer);
  }
}
