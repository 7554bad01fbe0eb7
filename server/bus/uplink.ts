import { AppError } from "../../shared/errors.ts";
import { overloaded } from "../overloaded.ts";
import type { BusFrame } from "./bus-frame.ts";
import { BusType } from "./bus-type.ts";
import { joinBus } from "./join-bus.ts";
import type { LinkHooks } from "./link.ts";
import { readRefusal } from "./refusal.ts";

export interface UplinkOptions {
  /** Path of the primary's Unix domain socket (or Windows named pipe). */
  readonly path: string;
  /** Proves to the primary that this process is one of its own. */
  readonly secret: string;
  /** This socket worker's number. */
  readonly worker: number;
  /** Bytes that may wait to be sent; beyond, whatever is asked is refused. */
  readonly budget: number;
  /** Who takes the frames that answer nothing, by their type. Known before anything can come. */
  readonly frames: Readonly<Partial<Record<BusType, (frame: BusFrame) => void>>>;
  /** The primary is gone. Called at most once, after the primary let this process in and not after `close`. */
  readonly lost: () => void;
}

/** Gets the answer to a question, valid only during the call; or why there is none. */
export type Answered = (error: AppError | undefined, frame: BusFrame | undefined) => void;

/** What a socket worker and its primary have to say to each other. */
export interface Uplink {
  /** Asks the primary; `head` goes in front of the data. Where nothing more can be asked now, `answered` is called at once, with `OVERLOADED` or `UNAVAILABLE`. */
  ask(type: BusType, channel: string, data: Uint8Array | undefined, answered: Answered, head?: Uint8Array): void;
  /** Tells the primary something that it does not answer. Never refused; lost where the link is closed. */
  tell(type: BusType, channel: string, data?: Uint8Array, head?: Uint8Array): void;
  /** Has what was told leave now, and not at the end of the turn: ahead of what its client is told meanwhile. */
  flush(): void;
  /** Calls back once all that was told is on its way, whatever becomes of this process; at once where the link is closed. */
  whenTold(told: () => void): void;
  /** Bytes that the primary has yet to take. */
  readonly unsent: number;
  /** Why nothing more may be asked of the primary now, if so. */
  refusal(): AppError | undefined;
  /** Hangs up once everything that was said has been sent. */
  close(): void;
}

/** How long who is refused is asked to wait, in milliseconds. */
const RETRY_AFTER_MS = 100;
/** Answers that may be waited for. They cost memory that no byte on the bus tells of. */
const MOST_WAITING = 1_000_000;

/** Joins the primary's bus. Resolves once the primary has let this process in, rejects where it does not. */
export async function connectUplink(options: UplinkOptions): Promise<Uplink> {
  const { path, secret, worker, frames } = options;
  /** What waits for an answer, by the reference it was asked with. */
  const waiting = new Map<number, Answered>();
  let lastReference = 0;
  let closed = false;

  function reference(answered: Answered): number {
    do lastReference = (lastReference + 1) % 0x1_0000_0000;
    while (lastReference === 0 || waiting.has(lastReference));
    waiting.set(lastReference, answered);
    return lastReference;
  }

  // called before the link is at hand as well: they do without it
  const hooks: LinkHooks = {
    frame(frame) {
      const { reference: to } = frame;
      if (to === 0) {
        frames[frame.type as BusType]?.(frame);
        return;
      }
      const answered = waiting.get(to);
      waiting.delete(to);
      if (frame.type === BusType.REFUSED) answered?.(readRefusal(frame), undefined);
      else answered?.(undefined, frame);
    },
    closed() {
      const left = [...waiting.values()];
      waiting.clear();
      for (const answered of left) answered(goingDown(), undefined);
      const lost = !closed;
      closed = true;
      if (lost) options.lost();
    },
  };
  const link = await joinBus({ path, secret, worker, hooks });

  function refusal(): AppError | undefined {
    if (closed) return goingDown();
    return link.unsent <= options.budget ? undefined : overloaded(RETRY_AFTER_MS);
  }

  return {
    ask(type, channel, data, answered, head) {
      const refused = refusal() ?? (waiting.size >= MOST_WAITING ? overloaded(RETRY_AFTER_MS) : undefined);
      if (refused !== undefined) answered(refused, undefined);
      else link.send(type, reference(answered), channel, data, head);
    },
    tell(type, channel, data, head) {
      if (!closed) link.send(type, 0, channel, data, head);
    },
    flush() {
      if (!closed) link.flush();
    },
    whenTold(told) {
      if (closed) told();
      else link.whenSent(told);
    },
    get unsent() {
      return link.unsent;
    },
    refusal,
    close() {
      closed = true;
      link.end();
    },
  };
}

function goingDown(): AppError {
  return new AppError("UNAVAILABLE", "The server is going down.");
}
