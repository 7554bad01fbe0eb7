import { type BusFrame, BusType } from "../bus/bus-frame.ts";
import type { Link } from "../bus/link.ts";
import { encodeNumbers } from "../bus/numbers.ts";
import { noteLine } from "../tail/tail-line.ts";
import type { Desk, DeskMember } from "./desk.ts";
import { Tail } from "./tail.ts";

/** How long a tail goes on, and how far. */
export interface TailLimits {
  readonly seconds: number;
  /** @default as many as come in that time */
  readonly messages?: number | undefined;
}

/** Tails at once. */
const MOST_TAILS = 20;
/** Bytes of lines that may be on their way from a socket worker to whoever reads them. */
const ROOM = 65_536;

interface Open {
  /** Of the socket worker and the application that it is of. */
  readonly key: string;
  readonly tail: Tail;
  readonly timer: NodeJS.Timeout;
}

/** Hands what socket workers see of connections to whoever asked for it at the control port. */
export class TailDesk {
  readonly #links = new Map<string, Link>();
  readonly #open = new Map<number, Open>();
  #last = 0;

  /** The desk of one application's bus. @param path where it is; an empty string for the main one */
  of(path: string): Desk {
    return {
      joined: (link, member) => this.#joined(link, keyOf(member, path)),
      close: () => {
        for (const number of [...this.#open.keys()]) this.#end(number, noteLine("server ends"));
      },
    };
  }

  #joined(link: Link, key: string): DeskMember {
    this.#links.set(key, link);
    return {
      receive: (frame) => this.#receive(key, frame),
      left: () => {
        this.#links.delete(key);
        for (const [number, { key: its }] of this.#open) {
          if (its === key) this.#end(number, noteLine("worker gone"));
        }
      },
    };
  }

  /** Whether there are as many as there may be. */
  get full(): boolean {
    return this.#open.size >= MOST_TAILS;
  }

  /**
   * Looks at a connection. What it tells are lines of JSON, each with its line break; one that is told nothing of for want
   * of room is counted in a later one. To be iterated, or it goes on until its time is over.
   * @param member the socket worker that has it, by its number among all that were ever forked
   * @param path where its application is @default the main one
   * @returns undefined where that one is gone, or there are as many as there may be
   */
  open(member: number, connection: string, { seconds, messages }: TailLimits, path = ""): Tail | undefined {
    const key = keyOf(member, path);
    const link = this.#links.get(key);
    if (link === undefined || this.full) return undefined;
    const number = ++this.#last;
    const tell = (type: BusType, data?: Uint8Array) => this.#links.get(key)?.send(type, 0, String(number), data);
    const stop = () => {
      tell(BusType.TAIL_END);
      this.#forget(number);
    };
    const tail = new Tail({
      taken: (bytes) => this.#open.has(number) && tell(BusType.TAIL_TAKEN, encodeNumbers([bytes])),
      left: () => this.#open.has(number) && stop(),
    });
    const timer = setTimeout(() => {
      stop();
      tail.end(noteLine("limit", { seconds }));
    }, seconds * 1_000);
    this.#open.set(number, { key, tail, timer });
    link.send(BusType.TAIL, 0, connection, encodeNumbers([number, ROOM, messages ?? Number.POSITIVE_INFINITY]));
    return tail;
  }

  #receive(key: string, frame: BusFrame): void {
    if (frame.type !== BusType.TAIL_LINES && frame.type !== BusType.TAIL_OVER) return;
    const number = Number(frame.channel);
    const open = this.#open.get(number);
    // what was on its way while it ended
    if (open === undefined || open.key !== key) return;
    if (frame.type === BusType.TAIL_LINES) open.tail.add(frame.data.toString());
    else this.#end(number, frame.data.toString());
  }

  #end(number: number, line: string): void {
    this.#forget(number)?.tail.end(line);
  }

  #forget(number: number): Open | undefined {
    const open = this.#open.get(number);
    clearTimeout(open?.timer);
    this.#open.delete(number);
    return open;
  }
}

function keyOf(member: number, path: string): string {
  return `${member} ${path}`;
}
