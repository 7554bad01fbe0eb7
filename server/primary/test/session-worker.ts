import { onTestFinished } from "vitest";
import { createPack } from "../../../shared/msgpack-codec.ts";
import { BusType } from "../../bus/bus-type.ts";
import { readNumber } from "../../bus/numbers.ts";
import { connectUplink } from "../../bus/uplink.ts";
import { type Config, DEFAULT_CONFIG } from "../../config.ts";
import {
  News,
  type SessionAnswer,
  type SessionChange,
  type SessionEnd,
  type SessionNews,
} from "../../sessions/session-state.ts";
import { revokeBytes } from "../../sessions/user-bus.ts";
import { type Bus, createBusHub } from "../create-bus-hub.ts";
import type { Shared } from "../shared/shared.ts";

/** How a connection wants to go on with a session. */
export interface Asked {
  readonly secret?: string;
  readonly turn?: number;
  readonly user?: string;
}

/** A socket worker, as far as sessions are concerned: what it tells its primary, and what it hears. */
export interface SessionWorker {
  /** Connections that it has to close, as their session goes on elsewhere, each with the session's id. */
  readonly moved: string[];
  readonly changes: [session: string, change: SessionChange][];
  readonly ended: [session: string, connection: string, code: number][];
  readonly revoked: string[];
  /** What users were told here. */
  readonly events: [user: string, data: unknown][];
  open(id: string, connection: string, secret?: string | null): void;
  left(id: string, connection: string): void;
  changed(id: string, change: SessionChange): void;
  subscribed(id: string, channel: string): void;
  unsubscribed(id: string, channel: string): void;
  /** Asks for a session, with the secret "secret" where no other is given. */
  resume(id: string, connection: string, asked?: Asked): Promise<SessionAnswer | undefined>;
  /** Resolves with how many connections that were. */
  tell(user: string, data: unknown): Promise<number>;
  /** Resolves with how many sessions that were. */
  revoke(what: { user: string } | { session: string }, ban?: boolean): Promise<number>;
  /** Waits until all that it has said before has been done. */
  caughtUp(): Promise<void>;
  /** Dies. */
  die(): void;
}

let lastWorker = 0;

/** Starts a primary's bus. */
export async function startBus(shared?: Shared, config: Partial<Config> = {}): Promise<Bus> {
  const options = { failed: () => undefined, stuck: () => undefined };
  const bus = createBusHub({ ...DEFAULT_CONFIG, ...config }, options, { shared });
  await bus.hub.listen();
  onTestFinished(() => bus.hub.close());
  return bus;
}

/** @param marks questions by which it is known that all before has been done: many, where a Cluster has an order of its own for each part */
export async function startWorker({ hub }: Bus, marks = 1): Promise<SessionWorker> {
  const pack = createPack();
  const heard: Pick<SessionWorker, "moved" | "changes" | "ended" | "revoked" | "events"> = {
    ...{ moved: [], changes: [], ended: [], revoked: [], events: [] },
  };
  lastWorker++;
  const uplink = await connectUplink({
    ...hub.address,
    worker: lastWorker,
    budget: DEFAULT_CONFIG.busBudget,
    lost: () => undefined,
    frames: {
      [BusType.SESSION_MOVED]: ({ channel, data }) => heard.moved.push(`${channel} ${data}`),
      [BusType.SESSION_CHANGED]: ({ channel, data }) =>
        heard.changes.push([channel, pack.unpack(data) as SessionChange]),
      [BusType.SESSION_ENDED]: ({ channel, data }) =>
        heard.ended.push([channel, ...(pack.unpack(data) as unknown as SessionEnd)]),
      [BusType.USER_REVOKED]: ({ channel }) => heard.revoked.push(channel),
      [BusType.USER_EVENT]: ({ channel, data }) => heard.events.push([channel, pack.unpack(data)]),
    },
  });
  onTestFinished(() => uplink.close());
  const say = (id: string, ...news: SessionNews): void => uplink.tell(BusType.SESSION, id, pack.pack(news));
  const ask = <Answer>(type: BusType, name: string, bytes: Uint8Array, read: (data: Buffer) => Answer) =>
    new Promise<Answer>((resolve, reject) => {
      uplink.ask(type, name, bytes, (error, frame) => {
        if (frame === undefined) reject(error);
        else resolve(read(frame.data));
      });
    });
  const readState = (data: Buffer) => (data.length === 0 ? undefined : (pack.unpack(data) as SessionAnswer));
  const resume: SessionWorker["resume"] = (id, connection, { secret = "secret", turn, user } = {}) =>
    ask(
      BusType.SESSION,
      id,
      pack.pack([News.RESUME, connection, secret, turn ?? null, user ?? null] satisfies SessionNews),
      readState,
    );
  return {
    ...heard,
    open: (id, connection, secret = "secret") => say(id, News.OPEN, connection, secret),
    left: (id, connection) => say(id, News.LEFT, connection),
    changed: (id, change) => say(id, News.CHANGED, change),
    subscribed: (id, channel) => say(id, News.SUBSCRIBED, channel),
    unsubscribed: (id, channel) => say(id, News.UNSUBSCRIBED, channel),
    resume,
    tell: (user, data) => ask(BusType.TELL_USER, user, pack.pack(data), (bytes) => readNumber(bytes, 0)),
    revoke: (what, ban = false) =>
      "user" in what
        ? ask(BusType.REVOKE, what.user, revokeBytes(true, ban), (bytes) => readNumber(bytes, 0))
        : ask(BusType.REVOKE, what.session, revokeBytes(false, ban), (bytes) => readNumber(bytes, 0)),
    async caughtUp() {
      await Promise.all(Array.from({ length: marks }, (_, mark) => resume(`nobody's ${mark}`, "c0")));
    },
    die: () => uplink.close(),
  };
}
