import fc from "fast-check";
import { expect, it } from "vitest";
import { AppError } from "../../shared/errors.ts";
import { createPack } from "../../shared/msgpack-codec.ts";
import { BusFrame, busFrameSize, writeBusFrame } from "../bus/bus-frame.ts";
import type { BusType } from "../bus/bus-type.ts";
import type { Link } from "../bus/link.ts";
import type { Answered } from "../bus/uplink.ts";
import type { Connection } from "../connection/connection.ts";
import type { Services } from "../dispatch/services.ts";
import { handleSubscribe } from "../handlers/subscribe.ts";
import { handleUnsubscribe } from "../handlers/unsubscribe.ts";
import { LocalPresence } from "../primary/local-presence.ts";
import { PresenceDesk } from "../primary/presence-desk.ts";
import { feedOf } from "../test/feed.ts";
import { ChannelAccess, type ChannelAccessServices } from "./channel-access.ts";
import { ChannelRules } from "./channel-rules.ts";
import type { Subscribed } from "./hub.ts";
import { Presence } from "./presence.ts";

const pack = createPack();
const CHANNELS = ["a", "b"];
/** So little that some are refused. */
const BUDGET = 4_500;

type Step =
  | readonly ["subscribe", connection: number, channel: number, watch: boolean]
  | readonly ["unsubscribe", connection: number, channel: number]
  | readonly ["user", connection: number, user: number]
  | readonly ["close", connection: number]
  | readonly ["hub", refuses: boolean]
  | readonly ["bus" | "answers", count: number]
  | readonly ["refuse", yes: boolean];

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant("subscribe" as const), fc.nat(4), fc.nat(1), fc.boolean()) },
  { weight: 4, arbitrary: fc.tuple(fc.constant("unsubscribe" as const), fc.nat(4), fc.nat(1)) },
  { weight: 3, arbitrary: fc.tuple(fc.constant("user" as const), fc.nat(4), fc.nat(2)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("close" as const), fc.nat(4)) },
  {
    weight: 4,
    arbitrary: fc.tuple(
      fc.constant("hub" as const),
      fc.nat(5).map((one) => one === 0),
    ),
  },
  { weight: 8, arbitrary: fc.tuple(fc.constantFrom("bus" as const, "answers" as const), fc.nat(3)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("refuse" as const), fc.boolean()) },
);

interface Fake {
  readonly id: string;
  readonly binary: boolean;
  open: boolean;
  session: { user: string | undefined };
  channels: Set<string> | undefined;
  readonly topics: Set<string>;
  readonly feed: Connection["feed"];
  send(message: readonly unknown[]): void;
  flush(): void;
  close(): void;
}

/** One socket worker and its primary, between which everything takes as long as the test likes. */
class Model {
  readonly #keeper = new LocalPresence(BUDGET);
  readonly #desk = new PresenceDesk({ keeper: this.#keeper, linkBudget: 1_000_000 });
  readonly #toPrimary: (() => void)[] = [];
  readonly #toWorker: (() => void)[] = [];
  readonly #hubWaits: ((refused: AppError | undefined) => void)[] = [];
  readonly #asked = new Map<number, Answered>();
  readonly #presence: Presence;
  readonly #services: Services;
  readonly #connections: Fake[];
  #lastId = 0;
  #refuses = false;
  #asks = 0;
  #answers = 0;

  constructor() {
    const link = {
      unsent: 0,
      send: (type: BusType, reference: number, channel = "", data?: Uint8Array) =>
        void this.#toWorker.push(() => this.#receive(frameOf(type, reference, channel, data))),
      whenSent: () => undefined,
    };
    const desk = this.#desk.joined(link as unknown as Link);
    const send = (type: BusType, reference: number, channel: string, data?: Uint8Array) => {
      const frame = frameOf(type, reference, channel, data);
      this.#toPrimary.push(() => desk.receive(frame));
    };
    let lastReference = 0;
    const rules = new ChannelRules();
    rules.add("*", { presence: { countBy: "user", info: () => "x" } });
    this.#presence = new Presence({
      rules,
      uplink: {
        ask: (type, channel, data, answered) => {
          if (this.#refuses) {
            answered(new AppError("OVERLOADED"), undefined);
            return;
          }
          this.#asked.set(++lastReference, answered);
          send(type, lastReference, channel, data);
        },
        tell: (type, channel, data) => send(type, 0, channel, data),
      },
      pack,
      transport: { publish: () => undefined },
      maxChannels: 10,
      failed: (error) => expect(error).toBeUndefined(),
    });
    const nothing = () => undefined;
    this.#services = {
      hub: {
        subscribe: this.#hubSubscribe,
        unsubscribe: (one: Fake, channel: string) => one.channels?.delete(channel),
      },
      presence: this.#presence,
      config: { maxChannels: 10 },
      access: new ChannelAccess({ rules } as unknown as ChannelAccessServices),
      sessions: { subscribed: nothing, unsubscribed: nothing },
    } as unknown as Services;
    this.#connections = Array.from({ length: 5 }, () => this.#connect());
  }

  take(one: Step): void {
    if (one[0] === "bus") for (const message of this.#toPrimary.splice(0, one[1])) message();
    else if (one[0] === "answers") for (const message of this.#toWorker.splice(0, one[1])) message();
    else if (one[0] === "hub") this.#hubWaits.shift()?.(one[1] ? new AppError("UNAVAILABLE") : undefined);
    else if (one[0] === "refuse") this.#refuses = one[1];
    else this.#act(one, this.#connections[one[1]] as Fake);
  }

  finish(): void {
    while (this.#toPrimary.length + this.#toWorker.length + this.#hubWaits.length > 0) {
      for (const kind of ["bus", "answers"] as const) this.take([kind, 1_000]);
      this.take(["hub", false]);
    }
    // every request was answered once, unless who made it is gone
    expect(this.#answers).toBe(this.#asks);
    for (const channel of CHANNELS) {
      const subscribed = this.#connections.filter(({ channels }) => channels?.has(channel) === true);
      const keys = new Set(subscribed.map(({ id, session }) => session.user ?? id));
      expect(this.#keeper.store.counts(channel)).toEqual({ connections: subscribed.length, members: keys.size });
      for (const { topics, channels } of this.#connections) {
        if (topics.has(`B${channel}`) || topics.has(`T${channel}`)) expect(channels?.has(channel)).toBe(true);
      }
    }
    for (const connection of this.#connections) this.#close(connection);
    for (const message of this.#toPrimary.splice(0)) message();
    expect(this.#keeper.spent).toBe(0);
  }

  #act(one: Step, connection: Fake): void {
    const asConnection = connection as unknown as Connection;
    if (one[0] === "close") {
      this.#close(connection);
      this.#connections[one[1]] = this.#connect();
    } else if (one[0] === "user") {
      connection.session.user = [undefined, "ada", "bob"][one[2]];
      this.#presence.userChanged(asConnection);
    } else if (one[0] === "subscribe") {
      this.#asks++;
      const channel = CHANNELS[one[2]] as string;
      handleSubscribe(asConnection, [8, this.#asks, channel, { presence: one[3] }], this.#services);
    } else if (one[0] === "unsubscribe") {
      this.#asks++;
      handleUnsubscribe(asConnection, [10, this.#asks, CHANNELS[one[2]] as string], this.#services);
    }
  }

  /** As the hub does it: at once a part of the connection's channels, later known to be so. */
  readonly #hubSubscribe = (connection: Fake, channel: string, _: unknown, done: Subscribed): void => {
    connection.channels ??= new Set();
    connection.channels.add(channel);
    this.#hubWaits.push((refused) => {
      if (refused !== undefined) connection.channels?.delete(channel);
      done(connection.channels?.has(channel) === true ? undefined : (refused ?? new AppError("CANCELLED")), undefined);
    });
  };

  #receive(frame: BusFrame): void {
    const answered = this.#asked.get(frame.reference);
    this.#asked.delete(frame.reference);
    answered?.(undefined, frame);
  }

  #connect(): Fake {
    const topics = new Set<string>();
    const connection: Fake = {
      id: `c${++this.#lastId}`,
      binary: this.#lastId % 2 === 0,
      open: true,
      session: { user: undefined },
      channels: undefined,
      topics,
      feed: feedOf(topics),
      send: () => void this.#answers++,
      flush: () => undefined,
      close: () => {
        const index = this.#connections.indexOf(connection);
        this.#close(connection);
        this.#connections[index] = this.#connect();
      },
    };
    return connection;
  }

  #close(connection: Fake): void {
    connection.open = false;
    this.#presence.forget(connection as unknown as Connection);
    connection.channels?.clear();
  }
}

function frameOf(type: BusType, reference: number, channel: string, data?: Uint8Array): BusFrame {
  const length = Buffer.byteLength(channel);
  const buffer = Buffer.alloc(busFrameSize(length, data?.length ?? 0));
  writeBusFrame(buffer, 0, type, reference, channel, length, data);
  const frame = new BusFrame();
  frame.move(buffer, 0, buffer.length);
  return frame;
}

it("whatever comes while others think: who is subscribed is in, nobody else is, and all are answered once", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 40, maxLength: 150, size: "max" }), (steps) => {
      const model = new Model();
      for (const one of steps) model.take(one);
      model.finish();
    }),
    { numRuns: 300 },
  );
});
