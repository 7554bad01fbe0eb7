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
  readonly member: number;
  readonly tail: Tail;
  readonly timer: NodeJS.Timeout;
}

/** Hands what socket workers see of connections to whoever asked for it at the control port. */
export class TailDesk implements Desk {
  readonly #links = new Map<number, Link>();
  readonly #open = new Map<number, Open>();
  #last = 0;

  joined(link: Link, member: number): DeskMember {
    this.#links.set(member, link);
    return {
      receive: (frame) => this.#receive(member, frame),
      left: () => {
        this.#links.delete(member);
        for (const [number, { member: its }] of this.#open) {
          if (its === member) this.#end(number, noteLine("worker gone"));
        }
      },
    };
  }

  close(): void {
    for (const number of [...this.#open.keys()]) this.#end(number, noteLine("server ends"));
  }

  /** Whether there are as many as there may be. */
  get full(): boolean {
    return this.#open.size >= MOST_TAILS;
  }

  /**
   * Looks at a connection. What it tells are lines of JSON, each with its line break; one that is told nothing of for want
   * of room is counted in a later one. To be iterated, or it goes on until its time is over.
   * @param member the socket worker that has it, by its number among all that were ever forked
   * @returns undefined where that one is gone, or there are as many as there may be
   */
  open(member: number, connection: string, { seconds, messages }: TailLimits): Tail | undefined {
    const link = this.#links.get(member);
    if (link === undefined || this.full) return undefined;
    const number = ++this.#last;
    const tell = (type: BusType, data?: Uint8Array) => this.#links.get(member)?.send(type, 0, String(number), data);
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
    this.#open.set(number, { member, tail, timer });
    link.send(BusType.TAIL, 0, connection, encodeNumbers([number, ROOM, messages ?? Number.POSITIVE_INFINITY]));
    return tail;
  }

  #receive(member: number, frame: BusFrame): void {
    if (frame.type !== BusType.TAIL_LINES && frame.type !== BusType.TAIL_OVER) return;
    const number = Number(frame.channel);
    const open = this.#open.get(number);
    // what was on its way while it ended
    if (open === undefined || open.member !== member) return;
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
