import { AppError } from "../../shared/errors.ts";
import { KEPT_MS, MOST_REVOCATIONS } from "../auth/revocations.ts";
import { RedisCarrier } from "../brokers/redis-carrier.ts";
import type { Config } from "../config.ts";
import { newEpoch } from "../epoch.ts";
import type { LostConnections } from "../gateway/lost-connections.ts";
import type { Logger } from "../logger.ts";
import { createJobQueue } from "../queues/create-job-queue.ts";
import { queueOptions } from "../queues/queue-of.ts";
import type { Answers } from "./answers.ts";
import { BusHub, type BusHubOptions } from "./bus-hub.ts";
import type { Routes } from "./carrier.ts";
import { ControlDesk } from "./control-desk.ts";
import { sideBySide } from "./desk.ts";
import { Histories } from "./histories.ts";
import { LocalCarrier } from "./local-carrier.ts";
import { LocalPresence } from "./local-presence.ts";
import { PeerDesk } from "./peer-desk.ts";
import { PeerRelay } from "./peer-relay.ts";
import { PresenceDesk } from "./presence-desk.ts";
import type { PresenceKeeper } from "./presence-keeper.ts";
import { PublicationKeys } from "./publication-keys.ts";
import { QueueDesk } from "./queued/queue-desk.ts";
import type { QueuedCalls } from "./queued/queued-calls.ts";
import { RateDesk } from "./rate-desk.ts";
import { RawDesk } from "./raw-desk.ts";
import { Sequencer } from "./sequencer.ts";
import { answerWindow, createDesk } from "./session-desk.ts";
import type { SessionStore } from "./session-store.ts";
import type { Shared } from "./shared/shared.ts";
import { SharedUsers } from "./shared/shared-users.ts";
import { SharedPresence } from "./shared-presence/shared-presence.ts";
import { TailDesk } from "./tail-desk.ts";
import { UserDesk } from "./user-desk.ts";

/** What the primary keeps, as far as it knows how much that is. */
export interface Stores {
  readonly sessions: Pick<SessionStore, "size" | "away">;
  readonly answers: Pick<Answers, "size" | "bytes">;
  readonly queued: Pick<QueuedCalls, "size" | "bytes">;
  readonly histories: Pick<Histories, "size" | "bytes">;
  readonly presence: Pick<PresenceKeeper, "size" | "spent">;
  readonly peers: Pick<PeerDesk, "size">;
}

export interface Bus {
  readonly hub: BusHub;
  /** What concerns all connections of a user, for the primary itself. */
  readonly users: UserDesk;
  /** Asks the socket workers what the control port is asked. */
  readonly control: ControlDesk;
  /** Looks at connections, for whoever has the control port. */
  readonly tails: TailDesk;
  /** What is kept for remote workers, and comes of them. */
  readonly queue: QueueDesk;
  readonly stores: Stores;
}

export interface BusHooks extends Pick<BusHubOptions, "failed" | "stuck" | "watched"> {
  /** A socket worker is gone, and with it these raw connections. @default nobody is told */
  lost?(connections: Parameters<LostConnections["tell"]>[0]): void;
}

/** Whose bus it is. */
export interface BusPlace {
  /** That of the main application, where this is of another one. */
  readonly main?: Bus;
  /** Where that other one is. */
  readonly path?: string;
  /** What it has in common with those of other hosts, where there are others. */
  readonly shared?: Shared | undefined;
  /** @default nobody is told anything */
  readonly log?: Pick<Logger, "info" | "warn">;
}

const SILENT = { info: () => undefined, warn: () => undefined };

/** A bus with all that the primary keeps, as a configuration asks for it. */
export function createBusHub(
  config: Config,
  hooks: BusHooks,
  { main, path = "", shared, log = SILENT }: BusPlace = {},
): Bus {
  const { busBudget: budget, historyBudget, presenceBudget, maxPeers } = config;
  const sessions = createDesk(config, shared);
  const histories = new Histories({ budget: historyBudget });
  const carrier = (routes: Routes) => {
    if (shared === undefined) {
      return new LocalCarrier(new Sequencer(histories, new PublicationKeys(sessions.answers)), routes, budget);
    }
    const { redisAway: whileAway } = config;
    return new RedisCarrier({
      ...{ routes, budget, whileAway, largest: config.maxPayload },
      redis: shared.redis,
      keyWindowMs: answerWindow(config),
    });
  };
  const { sessionWindowMs: windowMs } = config;
  const others = shared && new SharedUsers({ ...shared, windowMs, keptMs: KEPT_MS, most: MOST_REVOCATIONS });
  const users = new UserDesk(sessions.sessions, others);
  const control = main?.control ?? new ControlDesk({ linkBudget: budget });
  const tails = main?.tails ?? new TailDesk();
  const peers = new PeerDesk({ mostPeers: maxPeers, linkBudget: budget });
  const keeper =
    shared === undefined
      ? new LocalPresence(presenceBudget)
      : new SharedPresence({ ...shared, budget: presenceBudget });
  const presence = new PresenceDesk({ keeper, linkBudget: budget });
  const raw = new RawDesk((connections) => hooks.lost?.(connections));
  const pairing = shared === undefined ? peers : new PeerRelay({ ...shared, desk: peers });
  // without anything shared, nobody but this host knows its sessions
  const replyTo = shared === undefined ? newEpoch() : undefined;
  const queue = new QueueDesk({
    ...{ calls: sessions.queued, replyTo, linkBudget: budget, log },
    knows: (session) => sessions.sessions.get(session) !== undefined,
    open: () => createJobQueue({ ...queueOptions(config, path), ...(replyTo !== undefined && { host: replyTo }) }, log),
    toUser: (user, data) => users.tellUser(user, data),
    async publish(channel, data) {
      const answered = await control.askAny("publish", [channel, data], undefined, path);
      if (answered === undefined) throw new AppError("UNAVAILABLE");
    },
  });
  const own = [sessions, users, raw, pairing, presence, queue, new RateDesk(shared)];
  const desk = sideBySide([...own, control.of(path), tails.of(path)]);
  const { answers, queued } = sessions;
  const stores = { sessions: sessions.sessions, answers, queued, histories, presence: keeper, peers };
  const hub = new BusHub({ budget, desk, carrier, secret: main?.hub.address.secret, ...hooks });
  return { hub, users, control, tails, queue, stores };
}
