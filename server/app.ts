import type { Contract } from "../shared/contract.ts";
import type { StandardSchema } from "../shared/standard-schema.ts";
import type { Authenticate } from "./auth/credentials.ts";
import type { ThreadTask } from "./compute/thread.ts";
import type { Connection } from "./connection/connection.ts";
import type { CallContext } from "./dispatch/context.ts";
import type { AuthorizeCall } from "./dispatch/guard.ts";
import type { FirstTags } from "./paths/paths.ts";
import type { PeersDefinition } from "./peers/peer-options.ts";
import type { Plugin } from "./plugin.ts";
import type { AuthorizeChannel } from "./pubsub/channel-guard.ts";
import type { HistoryOptions } from "./pubsub/history-rule.ts";
import type { PresenceOptions } from "./pubsub/presence-rule.ts";
import type { SlowReaderPolicy } from "./pubsub/slow-readers.ts";
import type { QueueTarget } from "./queued/queue-procedure.ts";
import type { RateLimit } from "./rates/rate-rule.ts";

/**
 * Runs around a procedure: do something, call `next()` for the rest of the chain and the procedure itself, do
 * something with what it gives. Not calling `next` answers in the procedure's place. `next()` gives what the procedure
 * gave: a value, a promise of one, or a generator.
 */
export type Middleware = (context: CallContext, next: () => unknown) => unknown;

/** A procedure with options. */
export interface ProcedureOptions<Input> {
  /**
   * Any Standard Schema validator: zod, valibot, arktype. What it returns is what the handler gets.
   * @default none: the handler gets what the client sent, whatever its annotation says
   */
  readonly input?: StandardSchema<unknown, Input>;
  /**
   * Runs for each call. What it returns, or promises, is the answer; what a generator yields reaches the caller as a stream.
   * What it throws reaches the caller as it is where that is an AppError, else as INTERNAL without its message.
   */
  readonly handler: (input: Input, context: CallContext) => unknown;
  /** Milliseconds until the caller gets TIMEOUT; each item of a stream starts it anew. @default the server's `callTimeoutMs` */
  readonly timeoutMs?: number;
  /**
   * Whether running twice does no harm, as where it only reads. A client's retry then simply runs it again; others cost
   * a word with the primary, which sees to it that a call with the same key runs once.
   * @default false
   */
  readonly idempotent?: boolean;
  /** Whether the caller has to be somebody. @default the application's `requireUser` */
  readonly requireUser?: boolean;
  /**
   * Decides whether a call may run, before anything is done for it: `false` refuses it with FORBIDDEN, an AppError with
   * that. The input is as the client sent it.
   */
  readonly authorize?: AuthorizeCall;
  /**
   * How often it may be called, beyond which callers get RATE_LIMITED before anything runs: `{ limit: 5, perMs: 60_000,
   * by: "ip" }` for a login. Those by user and by address hold for all socket workers together, and exactly: each call
   * costs a word with the primary.
   * @default only the server's own rates hold
   */
  readonly rateLimit?: RateLimit;
  /** Middleware of this procedure alone, inside that of the application. */
  readonly use?: readonly Middleware[];
  /** @internal What `thread` adds. */
  readonly task?: ThreadTask;
  /** @internal What `queue` adds. */
  readonly queued?: QueueTarget;
}

/** A procedure as its author writes it: a plain function, or one with options. */
export type ProcedureDefinition<Input = never> =
  | ((input: never, context: CallContext) => unknown)
  | ProcedureOptions<Input>;

type ProcedureDefinitions<Inputs> = { [Name in keyof Inputs]: ProcedureDefinition<Inputs[Name]> };

/** What holds for the channels of one name or pattern. */
export interface ChannelRule {
  /**
   * Checks what is published; what it returns is what subscribers get. Publications whose check is async are in the
   * order in which their checks end.
   */
  readonly data?: StandardSchema;
  /**
   * Whether the newest publications are kept, so that subscribers recover what they missed: `true` keeps 100 for five
   * minutes each.
   * @default false
   */
  readonly history?: boolean | HistoryOptions;
  /**
   * What becomes of subscribers that read more slowly than is published: `close` closes them with 4508, for them to come
   * back and recover; `drop-oldest` leaves out the oldest publications that wait; `latest` all but the newest one of each
   * channel. The latter two cost a send for each subscriber. Of a pattern that is subscribed to, its own rule counts.
   * @default "close"
   */
  readonly slowReaders?: SlowReaderPolicy;
  /** Whether clients may subscribe. @default true */
  readonly subscribe?: boolean;
  /** Whether clients may publish; the server always may. @default true */
  readonly publish?: boolean;
  /** Whether a client has to be somebody for anything here. @default the application's `requireUser` */
  readonly requireUser?: boolean;
  /**
   * Whether each channel is one user's own, who alone may do anything there: of the pattern `user:*`, `user:42` and
   * `user:42#inbox` are 42's. A user whose name has `#` in it, or ends in `*`, has no such channels.
   * @default false
   */
  readonly perUser?: boolean;
  /**
   * Decides what a client may do here, before anything is done: `false` refuses it with FORBIDDEN, an AppError with that.
   * Asked again when a session is resumed, and when its user changes.
   * @default all that `subscribe`, `publish` and the others here allow
   */
  readonly authorize?: AuthorizeChannel;
  /**
   * Whether patterns that cover channels of this rule may be subscribed to. `authorize` is asked about them then, and has
   * to know that what it gets as the channel may stand for many.
   * @default true; false where there is an `authorize`
   */
  readonly patterns?: boolean;
  /**
   * How often clients may publish to any of the channels that this rule is for, beyond which publications are refused
   * with RATE_LIMITED, or dropped where no answer is wanted. Those by user and by address hold for all socket workers
   * together, but for the first few milliseconds.
   * @default only the server's own rates hold
   */
  readonly rateLimit?: RateLimit;
  /** Whether it is kept, and told, who is subscribed: see docs/PRESENCE.md. @default false */
  readonly presence?: boolean | PresenceOptions;
}

/** A finished reply, for those who watch. */
export interface Reply {
  readonly connection: Connection;
  readonly id: number;
  readonly procedure: string;
  /** The error code where the call failed. */
  readonly code?: string;
}

/** All connections of one user, wherever in the cluster they are. */
export interface ToUser {
  /**
   * Sends them something: it arrives as an EVENT of the channel `$direct`. Who has no connection now never gets it.
   * @returns how many it was sent to
   * @throws AppError `BAD_REQUEST` where it cannot be encoded; `OVERLOADED`, `UNAVAILABLE`
   */
  publish(data: unknown): Promise<number>;
}

/** All connections that have certain tags, wherever in the cluster they are. Each answers how many that were. */
export interface ToTagged {
  /**
   * Sends them something: it arrives as an EVENT of the channel `$direct`, on a raw connection as text or bytes.
   * @throws AppError `BAD_REQUEST` where it cannot be encoded; `UNAVAILABLE` where a socket worker did not answer, with
   * `details.count` of those that did; `OVERLOADED`
   */
  publish(data: unknown): Promise<number>;
  /**
   * Sets tags, and deletes those given as null or undefined. Those that would have too many are left as they are, and do
   * not count.
   * @throws RangeError where a name or a value is none; AppError as `publish`
   */
  setTags(changes: Readonly<Record<string, string | null | undefined>>): Promise<number>;
  /**
   * Closes them, after what was sent before.
   * @param code a WebSocket close code @default 1000
   * @throws RangeError where WebSocket knows no such code to send; AppError as `publish`
   */
  close(code?: number): Promise<number>;
}

/** Whose sessions are to end: all of a user, or one. */
export type RevokeTarget = { readonly user: string } | { readonly session: string };

/** What clients are told whose session ends. */
export interface RevokeOptions {
  /** Whether the clients are told to stay away (4403), and not to prove anew who they are (4401). @default false */
  readonly ban?: boolean;
}

/** What reaches users, wherever in the cluster they are connected. */
export interface UserActions {
  /** @throws RangeError where that is no name of a user */
  toUser(user: string): ToUser;
  /**
   * All connections that have each of these tags; `id`, `user`, `session`, `worker` and `path` are tags of every one, and
   * `{ id: "*" }` is all of them.
   * @throws RangeError where there is none, or it is none
   * @example await context.toTagged({ room: "5" }).publish({ text: "The room closes." });
   */
  toTagged(tags: Readonly<Record<string, string>>): ToTagged;
  /**
   * Ends sessions and their connections everywhere at once, and forgets what is kept for them. Tokens that were issued to
   * the user before prove nothing any more, for a day; whether others do, `authenticate` decides.
   * @returns how many sessions ended
   * @throws AppError `OVERLOADED`, `UNAVAILABLE`
   */
  revoke(target: RevokeTarget, options?: RevokeOptions): Promise<number>;
}

/** What an application or a plugin may listen to, in each socket worker. */
export interface ServerEvents {
  /** A client has connected. */
  connection(connection: Connection): void;
  /** A client has gone; `code` is the WebSocket close code. */
  terminated(connection: Connection, code: number): void;
  /** A raw connection said something: text as a string, anything else as bytes of its own. */
  message(connection: Connection, data: string | Uint8Array): void;
  /** A call has been answered. */
  reply(reply: Reply): void;
  /** A call's answer was ready, but its connection is gone. Follows `reply`. */
  stale(reply: Reply): void;
  /** Something of the application threw what it did not throw on purpose, or its health check failed. */
  error(error: unknown): void;
}

/** What an application is made of; each part may be left out. */
export interface AppDefinition<Procedures, Channels> {
  /** What clients may call, by name. Dots group names: `client.methods.math.add`. */
  readonly procedures?: Procedures;
  /**
   * Which channels there are, by name or pattern (a prefix and `*`); the longest that fits counts. A channel that none
   * fits does not exist: `{ "*": {} }` opens them all.
   */
  readonly channels?: Channels;
  /** Middleware around every procedure, the first one outermost. */
  readonly use?: readonly Middleware[];
  readonly plugins?: readonly Plugin[];
  /**
   * Finds out who a client is: see docs/AUTHENTICATION.md. Where the configuration says how JSON Web Tokens are verified,
   * it is asked after that, and only about good ones.
   * @default the subject of the token, where JSON Web Tokens are configured; else nobody is asked who he is
   */
  readonly authenticate?: Authenticate;
  /**
   * Whether procedures and channels are for clients only that are somebody, but for those that say `requireUser: false`,
   * as a login does. A connection that is nobody's after `authTimeoutMs` is closed with 4401.
   * @default false
   */
  readonly requireUser?: boolean;
  /**
   * What connections are tagged with as they come, over what their path's options say. Synchronous; what it throws is
   * logged, and goes for nothing. Whatever a client says of itself is its own claim.
   * @example tags: ({ query }) => ({ room: query.get("room") })
   */
  readonly tags?: FirstTags;
  /** Files served over HTTP on the public port, by path, e.g. `{ "/": new URL("./index.html", import.meta.url) }`. */
  readonly files?: Readonly<Record<string, URL>>;
  /** Lets clients find each other and talk without the server, `{}` on the usual terms. @default `$peers.*` are refused */
  readonly peers?: PeersDefinition;
  /** Listeners, e.g. `{ connection: (connection) => … }`. */
  readonly on?: Partial<ServerEvents>;
  /** Rejects or throws where the application is not well: `/healthz` then answers 500 and `$health` an error. */
  readonly healthcheck?: () => unknown;
}

/** An application: what {@link defineApp} made. Its type tells clients of its procedures and channels. */
export interface App<Procedures = unknown, Channels = unknown> extends Contract<Procedures, Channels> {
  readonly definition: AppDefinition<
    Readonly<Record<string, ProcedureDefinition>>,
    Readonly<Record<string, ChannelRule>>
  >;
}

/**
 * Describes an application. Nothing runs yet: pass it to `createServer`, or export it as `app` from a module and run
 * `fugitive serve ./that-module.js`. Handlers get their input's type from the schema where there is one, and otherwise
 * from their own annotation.
 *
 * @example
 * export const app = defineApp({
 *   procedures: {
 *     "math.add": ({ x, y }: { x: number; y: number }) => x + y,
 *     "math.div": { input: z.object({ x: z.number(), y: z.number() }), handler: ({ x, y }) => x / y },
 *   },
 *   channels: { "chat:*": {} },
 * });
 */
export function defineApp<
  Procedures = Record<never, never>,
  Inputs extends Record<string, unknown> = Record<never, never>,
  const Channels extends Readonly<Record<string, ChannelRule>> = Record<never, never>,
  // the second half of the latter tells functions in rules what they get
>(
  definition: AppDefinition<
    Procedures & ProcedureDefinitions<Inputs>,
    Channels & Readonly<Record<string, ChannelRule>>
  >,
): App<Procedures, Channels> {
  return { definition: definition as App["definition"] };
}
