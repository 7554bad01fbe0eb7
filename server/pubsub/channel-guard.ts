import { AppError } from "../../shared/errors.ts";
import type { Connection } from "../connection/connection.ts";
import type { Verdict } from "../dispatch/guard.ts";
import type { Session } from "../sessions/session.ts";
import { isPattern, prefixOf } from "./patterns.ts";

/** What a client wants of a channel: `presence` is to see who is in it, `history` to see what was published before. */
export type ChannelAction = "subscribe" | "publish" | "presence" | "history";

/** A client's wish, for an application to decide about. */
export interface ChannelRequest {
  readonly action: ChannelAction;
  /** The channel, or the pattern: whatever fits it will reach the client. */
  readonly channel: string;
  /** Who wants it; undefined while nobody has said so. */
  readonly user: string | undefined;
  readonly connection: Connection;
  readonly session: Session;
  /** What is to be published, as the client sent it. */
  readonly data: unknown;
}

/** Decides about a wish: `false` refuses it with FORBIDDEN, an AppError with that. */
export type AuthorizeChannel = (request: ChannelRequest) => Verdict | Promise<Verdict>;

/** Who may do what in the channels of one rule. */
export interface ChannelGuard {
  /** Name or pattern of the rule. */
  readonly name: string;
  readonly requireUser: boolean;
  /** Whether each channel is one user's own. */
  readonly perUser: boolean;
  /** Whether patterns that cover its channels may be subscribed to. */
  readonly patterns: boolean;
  readonly authorize: AuthorizeChannel | undefined;
}

/** What ends a user's name in the name of a channel that is its own. */
const END_OF_USER = "#";

/**
 * Whether a channel, or all channels of a pattern, are a user's own: behind the rule's prefix comes the user, and then
 * nothing or `#` and anything.
 * @param rule pattern of the rule, such as `user:*`, by which `user:42` and `user:42#inbox` are 42's
 */
function isOwn(rule: string, channel: string, user: string): boolean {
  const prefix = prefixOf(rule);
  // a pattern that says more than the rule does covers channels of others
  const text = isPattern(channel) ? prefixOf(channel) : channel;
  if (!text.startsWith(prefix)) return false;
  const end = text.indexOf(END_OF_USER, prefix.length);
  // before its end comes, a user's name may be the beginning of another's
  if (end < 0 && isPattern(channel)) return false;
  return text.slice(prefix.length, end < 0 ? undefined : end) === user;
}

/**
 * Looks at a wish as far as no application has to be asked.
 * @throws AppError `UNAUTHENTICATED`, `FORBIDDEN`
 */
export function checkGuard(guard: ChannelGuard, channel: string, user: string | undefined): void {
  const { name, requireUser, perUser, patterns } = guard;
  if (user === undefined && (requireUser || perUser)) throw new AppError("UNAUTHENTICATED");
  if (perUser && user !== undefined && !isOwn(name, channel, user)) throw notYours(channel);
  if (!patterns && isPattern(channel)) throw notYours(channel);
}

export function notYours(channel: string): AppError {
  return new AppError("FORBIDDEN", `The channel "${channel}" is not yours to use like this.`);
}
