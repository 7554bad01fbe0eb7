import type { BusFrame } from "../../bus/bus-frame.ts";
import { BusType } from "../../bus/bus-type.ts";
import type { Link } from "../../bus/link.ts";
import type { Answered, Uplink } from "../../bus/uplink.ts";
import type { RateDesk } from "../../primary/rate-desk.ts";
import { Accounts } from "../accounts.ts";

/** A socket worker, as far as its rates go, and the way from it to the primary's desk: without delay, and in memory. */
export interface DeskWorker {
  readonly accounts: Accounts;
  readonly uplink: Uplink;
  /** How many frames went to the primary. */
  readonly frames: () => number;
  /** Listens to what comes from the primary and is not about rates. */
  hear(listener: (frame: BusFrame) => void): void;
  /** It dies. */
  kill(): void;
}

/** Has socket workers join a desk. */
export function joinDesk(desk: RateDesk, workers: number): DeskWorker[] {
  return Array.from({ length: workers }, () => join(desk, workers));
}

function join(desk: RateDesk, workers: number): DeskWorker {
  const waiting = new Map<number, Answered>();
  let reference = 0;
  let frames = 0;
  let heard: ((frame: BusFrame) => void) | undefined;
  const link = {
    send(type: BusType, to: number, channel: string, data: Buffer) {
      const frame = { type, reference: to, channel, data } as BusFrame;
      if (to === 0 && type === BusType.RATE_OVER) accounts.over(frame);
      else if (to === 0) heard?.(frame);
      else waiting.get(to)?.(undefined, frame);
    },
  } as unknown as Link;
  const member = desk.joined(link);
  const tell = (type: BusType, to: number, channel: string, data: Uint8Array | undefined) => {
    frames++;
    member.receive({ type, reference: to, channel, data: data ?? Buffer.alloc(0) } as BusFrame);
  };
  const uplink: Uplink = {
    unsent: 0,
    ask(type, channel, data, answered) {
      waiting.set(++reference, answered);
      tell(type, reference, channel, data);
    },
    tell: (type, channel, data) => tell(type, 0, channel, data),
    flush: () => undefined,
    whenTold: (told) => told(),
    refusal: () => undefined,
    close: () => undefined,
  };
  const accounts = new Accounts(uplink, workers);
  return {
    accounts,
    uplink,
    frames: () => frames,
    hear(listener) {
      heard = listener;
    },
    kill: () => member.left(),
  };
}
