import { AppError } from "../../shared/errors.ts";
import type { ChannelRule } from "../app.ts";
import { type RateRule, rateRule } from "../rates/rate-rule.ts";
import type { ChannelGuard } from "./channel-guard.ts";
import { type HistoryRule, historyRule } from "./history-rule.ts";
import { isPattern, PatternMap, prefixOf } from "./patterns.ts";
import type { PresenceOptions } from "./presence-rule.ts";
import { type SlowReaderPolicy, slowReaderPolicy } from "./slow-readers.ts";

/** A channel's rule, ready to be used. */
export interface PreparedRule
  extends Omit<ChannelRule, "history" | "authorize" | "perUser" | "requireUser" | "patterns" | "rateLimit"> {
  /** Who may do what; undefined where everybody may do what the rule allows. */
  readonly guard: ChannelGuard | undefined;
  readonly history: HistoryRule | undefined;
  readonly slowReaders: SlowReaderPolicy;
  readonly rateLimit: RateRule | undefined;
}

const KEPT: PresenceOptions = {};

/** Finds the rule for a channel: that of its own name, or else of the longest pattern that fits. */
export class ChannelRules {
  readonly #rules = new PatternMap<PreparedRule>();
  readonly #requireUser: boolean;
  /** Whether any rule has a guard. */
  guarded = false;

  /** @param requireUser whether rules that say nothing of it require a user @default false */
  constructor(requireUser = false) {
    this.#requireUser = requireUser;
  }

  /** Throws where there is a rule of this very name already, or the rule makes no sense. */
  add(name: string, rule: ChannelRule): void {
    if (isOwn(name)) throw new Error(`"${name}" is no name for a channel: "$" is the server's own.`);
    if (this.#rules.get(name) !== undefined) throw new Error(`There is a rule for the channel "${name}" already.`);
    const ready = prepared(name, rule, this.#requireUser);
    this.#rules.set(name, ready);
    this.guarded ||= ready.guard !== undefined;
  }

  /** Throws where the channel does not exist. */
  of(channel: string): PreparedRule {
    const rule = isOwn(channel) ? undefined : this.#rules.closest(channel);
    if (rule === undefined) throw new AppError("NOT_FOUND", `There is no channel "${channel}".`);
    return rule;
  }

  /** The guards that have a say in what a client does with a channel: of a pattern, all of the rules that it covers. */
  guardsOf(channel: string): readonly ChannelGuard[] {
    const own = this.#rules.closest(channel)?.guard;
    if (!isPattern(channel)) return own === undefined ? [] : [own];
    const guards = new Set(own === undefined ? [] : [own]);
    const prefix = prefixOf(channel);
    for (const [name, { guard }] of this.#rules.entries()) {
      if (guard !== undefined && name.startsWith(prefix)) guards.add(guard);
    }
    return [...guards];
  }

  /** How it is kept who is in a channel; undefined where it is not. A pattern has nobody in it. */
  presenceOf(channel: string): PresenceOptions | undefined {
    const presence = isPattern(channel) ? undefined : this.#rules.closest(channel)?.presence;
    if (presence === undefined || presence === false) return undefined;
    return presence === true ? KEPT : presence;
  }

  /**
   * The rule to subscribe by. Throws where a client may not. A pattern needs the permission of every rule that it covers.
   */
  checkSubscribe(channel: string): PreparedRule {
    const rule = this.of(channel);
    if (rule.subscribe === false) throw forbidden(channel, "subscribed to");
    if (!isPattern(channel)) return rule;
    const prefix = prefixOf(channel);
    for (const [name, rule] of this.#rules.entries()) {
      if (rule.subscribe === false && name.startsWith(prefix)) throw forbidden(name, "subscribed to");
    }
    return rule;
  }

  /** The rule to publish by. Throws where a client may not. */
  checkPublish(channel: string): PreparedRule {
    if (isPattern(channel)) throw new AppError("BAD_REQUEST", `"${channel}" is a pattern; publish to one channel.`);
    const rule = this.of(channel);
    if (rule.publish === false) throw forbidden(channel, "published to by clients");
    return rule;
  }
}

/** What the server says to clients without their asking is on such channels: nobody else may say it, be a pattern as wide as may be. */
function isOwn(channel: string): boolean {
  return channel.startsWith("$");
}

function prepared(name: string, rule: ChannelRule, requireUser: boolean): PreparedRule {
  try {
    const { authorize, perUser, requireUser: _, patterns, ...rest } = rule;
    return {
      ...rest,
      guard: guard(name, rule, requireUser),
      history: historyRule(rule.history),
      slowReaders: slowReaderPolicy(rule.slowReaders),
      rateLimit: rateRule(`publish ${name}`, rule.rateLimit),
    };
  } catch (error) {
    throw new RangeError(`The rule of the channel "${name}": ${(error as Error).message}`, { cause: error });
  }
}

/** @throws Error where it makes no sense */
function guard(name: string, rule: ChannelRule, byDefault: boolean): ChannelGuard | undefined {
  const { authorize, perUser = false, requireUser = byDefault, patterns = authorize === undefined } = rule;
  if (authorize !== undefined && typeof authorize !== "function") throw new TypeError("authorize must be a function.");
  if (perUser && !isPattern(name)) throw new RangeError("perUser needs a pattern, such as user:*.");
  const guarded = requireUser || perUser || authorize !== undefined || !patterns;
  return guarded ? { name, requireUser, perUser, patterns, authorize } : undefined;
}

function forbidden(channel: string, what: string): AppError {
  return new AppError("FORBIDDEN", `The channel "${channel}" cannot be ${what}.`);
}
