import type { PresenceChange } from "../../shared/presence.ts";
import { BusType } from "../bus/bus-type.ts";
import type { Link } from "../bus/link.ts";
import { List } from "../list.ts";
import type { PresenceAsker } from "./presence-keeper.ts";

interface Frame {
  readonly type: BusType;
  readonly reference: number;
  readonly channel: string;
  /** The characters of its bytes. */
  readonly text: string;
}

/** Bytes that a frame takes while it waits, beyond its text. */
const WAITING_BYTES = 150;
const TYPES = { join: BusType.PRESENCE_JOIN, leave: BusType.PRESENCE_LEAVE } as const;

/**
 * What one socket worker is told of presence, in order. It gets no more at once than its link has room for beside other
 * things: where a worker dies with all who were in it, the rest of the news waits here, and counts.
 */
export class PresenceFeed implements PresenceAsker {
  readonly #link: Link;
  readonly #mostUnsent: number;
  readonly #spend: (bytes: number) => void;
  readonly #waiting = new List<Frame>();
  #closed = false;

  /**
   * @param mostUnsent bytes that may wait for the worker, whatever they are about, when something is added to them
   * @param spend takes bytes for what waits, or, where negative, gives them back
   */
  constructor(link: Link, mostUnsent: number, spend: (bytes: number) => void) {
    this.#link = link;
    this.#mostUnsent = mostUnsent;
    this.#spend = spend;
  }

  /** Whether what is said now has to wait. */
  get busy(): boolean {
    return this.#waiting.first !== undefined || this.#link.unsent > this.#mostUnsent;
  }

  changed(change: PresenceChange, channel: string, member: string): void {
    this.send(TYPES[change], 0, channel, member);
  }

  entered(reference: number, refusal: string): void {
    this.send(BusType.PRESENCE_ENTERED, reference, "", refusal);
  }

  listed(reference: number, answer: Uint8Array | undefined): void {
    this.#link.send(BusType.PRESENCE_LISTED, reference, "", answer);
  }

  send(type: BusType, reference: number, channel: string, text: string): void {
    if (this.#closed) return;
    const frame = { type, reference, channel, text };
    if (!this.busy) {
      this.#write(frame);
      return;
    }
    const first = this.#waiting.first === undefined;
    this.#waiting.append(frame);
    this.#spend(costOf(frame));
    if (first) this.#link.whenSent(this.#goOn);
  }

  /** The worker is gone, and wants to know nothing. */
  close(): void {
    this.#closed = true;
    for (let { first } = this.#waiting; first !== undefined; first = this.#waiting.first) {
      this.#spend(-costOf(first.value));
      this.#waiting.remove(first);
    }
  }

  readonly #goOn = (): void => {
    for (let { first } = this.#waiting; first !== undefined; first = this.#waiting.first) {
      if (this.#link.unsent > this.#mostUnsent) {
        this.#link.whenSent(this.#goOn);
        return;
      }
      this.#spend(-costOf(first.value));
      this.#waiting.remove(first);
      this.#write(first.value);
    }
  };

  #write({ type, reference, channel, text }: Frame): void {
    this.#link.send(type, reference, channel, text === "" ? undefined : Buffer.from(text, "latin1"));
  }
}

function costOf({ text }: Frame): number {
  return WAITING_BYTES + text.length;
}
