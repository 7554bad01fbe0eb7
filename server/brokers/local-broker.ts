import { AppError } from "../../shared/errors.ts";
import { BusType } from "../bus/bus-frame.ts";
import { joinBus } from "../bus/join-bus.ts";
import type { LinkHooks } from "../bus/link.ts";
import type { Broker, Deliver, Done } from "./broker.ts";

export interface LocalBrokerOptions {
  /** Path of the primary's Unix domain socket (or Windows named pipe). */
  readonly path: string;
  /** Proves to the primary that this process is one of its own. */
  readonly secret: string;
  /** This socket worker's number. */
  readonly worker: number;
  /** Bytes that may wait to be sent; beyond, publications and subscriptions are refused. */
  readonly budget: number;
  readonly deliver: Deliver;
  /** The primary is gone. Called at most once, after the primary let this process in and not after `close`. */
  readonly lost: () => void;
}

/** How long who is refused is asked to wait, in milliseconds. */
const RETRY_AFTER_MS = 100;
/** Answers that may be waited for; beyond, whatever wants one is refused. They cost memory that no byte on the bus tells of. */
const MOST_WAITING = 1_000_000;

/** The broker of one host: the bus to the primary. Resolves once the primary has let it in, rejects where it does not. */
export async function connectLocalBroker(options: LocalBrokerOptions): Promise<Broker> {
  const { path, secret, worker } = options;
  /** What waits for an answer, by the reference it was sent with. */
  const waiting = new Map<number, Done>();
  /** What the primary was asked for: to take back what it never heard of would fill the queue without a limit. */
  const channels = new Set<string>();
  let lastReference = 0;
  let closed = false;

  function reference(done: Done): number {
    do lastReference = (lastReference + 1) % 0x1_0000_0000;
    while (lastReference === 0 || waiting.has(lastReference));
    waiting.set(lastReference, done);
    return lastReference;
  }

  function answered(to: number): void {
    const done = waiting.get(to);
    waiting.delete(to);
    done?.(undefined);
  }

  // called before the link is at hand as well: they do without it
  const hooks: LinkHooks = {
    frame(frame) {
      switch (frame.type) {
        case BusType.EVENT:
          options.deliver(frame.channel, frame.data);
          break;
        case BusType.PUBLISHED:
        case BusType.SUBSCRIBED:
          answered(frame.reference);
          break;
      }
    },
    closed() {
      const left = [...waiting.values()];
      waiting.clear();
      for (const done of left) done(new AppError("UNAVAILABLE", "The server is going down."));
      const lost = !closed;
      closed = true;
      if (lost) options.lost();
    },
  };
  const link = await joinBus({ path, secret, worker, hooks });

  /** Why nothing more can be asked of the primary now. */
  function refusal(answer: boolean): AppError | undefined {
    if (closed) return new AppError("UNAVAILABLE", "The server is going down.");
    if (link.unsent <= options.budget && !(answer && waiting.size >= MOST_WAITING)) return undefined;
    return new AppError("OVERLOADED", undefined, { retryAfterMs: RETRY_AFTER_MS });
  }

  return {
    publish(channel, data, done) {
      const refused = refusal(done !== undefined);
      if (refused !== undefined) done?.(refused);
      else link.send(BusType.PUBLISH, done === undefined ? 0 : reference(done), channel, data);
    },
    subscribe(channel, done) {
      const refused = refusal(true);
      if (refused !== undefined) {
        done(refused);
        return;
      }
      channels.add(channel);
      link.send(BusType.SUBSCRIBE, reference(done), channel);
    },
    // never refused: nobody could be told, and publications would come for ever that nobody wants
    unsubscribe(channel) {
      if (channels.delete(channel) && !closed) link.send(BusType.UNSUBSCRIBE, 0, channel);
    },
    close() {
      closed = true;
      link.end();
    },
  };
}
