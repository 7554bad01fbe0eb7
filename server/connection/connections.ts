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
  readonly #slots: Set<Connection>[] = Array.from({ length: SLOTS }, () => new Set());
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
    this.#slots[connection.slot]?.add(connection);
  }

  delete(connection: Connection): void {
    if (!this.#all.delete(connection.id)) return;
    this.tags.forget(connection);
    this.#slots[connection.slot]?.delete(connection);
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
      const slot = this.#slots[this.#turn] as Set<Connection>;
      this.#turn = (this.#turn + 1) % SLOTS;
      for (const connection of slot) {
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
