import type { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import type { Link } from "../bus/link.ts";
import { encodeNumbers } from "../bus/numbers.ts";
import { noteLine } from "../tail/tail-line.ts";
import type { MemberAnswer } from "./control-desk.ts";
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

/** One application of one socket worker. */
interface Member {
  readonly number: number;
  readonly path: string;
  readonly link: Link;
}

interface Open {
  readonly member: Member;
  readonly tail: Tail;
  readonly timer: NodeJS.Timeout;
}

/** Hands what socket workers see of connections to whoever asked for it at the control port. */
export class TailDesk {
  readonly #members = new Set<Member>();
  readonly #open = new Map<number, Open>();
  #last = 0;

  /** The desk of one application's bus. @param path where it is; an empty string for the main one */
  of(path: string): Desk {
    return { joined: (link, number) => this.#joined({ link, number, path }), close: () => this.#close() };
  }

  #joined(member: Member): DeskMember {
    this.#members.add(member);
    return {
      receive: (frame) => this.#receive(member, frame),
      left: () => {
        this.#members.delete(member);
        for (const [number, { member: its }] of this.#open) {
          if (its === member) this.#end(number, noteLine("worker gone"));
        }
      },
    };
  }

  #close(): void {
    for (const number of [...this.#open.keys()]) this.#end(number, noteLine("server ends"));
  }

  /** Whether there are as many as there may be. */
  get full(): boolean {
    return this.#open.size >= MOST_TAILS;
  }

  /**
   * Looks at a connection. What it tells are lines of JSON, each with its line break; one that is told nothing of for want
   * of room is counted in a later one. To be iterated, or it goes on until its time is over.
   * @param where the socket worker that has it, by its number among all that were ever forked, and the path where its
   * application is
   * @returns undefined where that one is gone, or there are as many as there may be
   */
  open(
    where: Pick<MemberAnswer<unknown>, "member" | "path">,
    connection: string,
    limits: TailLimits,
  ): Tail | undefined {
    const { seconds, messages } = limits;
    const member = [...this.#members].find(({ number, path }) => number === where.member && path === where.path);
    if (member === undefined || this.full) return undefined;
    const { link } = member;
    const number = ++this.#last;
    const tell = (type: BusType, data?: Uint8Array) => link.send(type, 0, String(number), data);
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

  #receive(member: Member, frame: BusFrame): void {
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
