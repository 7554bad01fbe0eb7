import { AsyncQueue } from "../../shared/async-queue.ts";
import type { AppError } from "../../shared/errors.ts";
import type { PeerEvent } from "../../shared/peers.ts";
import type { Connection } from "../connection/connection.ts";

/** Events that wait for a client to read them: more than a room that is joined at once makes. */
const MOST_EVENTS = 500;

/** A peer whose seek is one of this socket worker's: an open stream of what happens to it. */
export class LocalPeer {
  readonly id: string;
  readonly connection: Connection;
  readonly events: AsyncQueue<PeerEvent>;

  /** @param left called where its client has had enough of it */
  constructor(id: string, connection: Connection, left: () => void) {
    this.id = id;
    this.connection = connection;
    this.events = new AsyncQueue<PeerEvent>({ leave: left });
  }

  /** Tells its client. @returns false where that is so far behind that it is given up */
  push(event: PeerEvent): boolean {
    if (this.events.size >= MOST_EVENTS) return false;
    this.events.push(event);
    return true;
  }

  /** The stream ends with an error, after what waits. */
  fail(error: AppError): void {
    this.events.fail(error);
  }
}
