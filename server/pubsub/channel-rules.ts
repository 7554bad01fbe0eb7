import { AppError } from "../../shared/errors.ts";
import type { ChannelRule } from "../app.ts";
import { type RateRule, rateRule } from "../rates/rate-rule.ts";
import { type HistoryRule, historyRule } from "./history-rule.ts";
import { isPattern, PatternMap, prefixOf } from "./patterns.ts";
import type { PresenceOptions } from "./presence-rule.ts";
import { type SlowReaderPolicy, slowReaderPolicy } from "./slow-readers.ts";

/** A channel's rule, ready to be used. */
export interface PreparedRule extends Omit<ChannelRule, "history" | "rateLimit"> {
  readonly history: HistoryRule | undefined;
  readonly slowReaders: SlowReaderPolicy;
  readonly rateLimit: RateRule | undefined;
}

const KEPT: PresenceOptions = {};

/** Finds the rule for a channel: that of its own name, or else of the longest pattern that fits. */
export class ChannelRules {
  readonly #rules = new PatternMap<PreparedRule>();

  /** Throws where there is a rule of this very name already, or the rule makes no sense. */
  add(name: string, rule: ChannelRule): void {
    if (this.#rules.get(name) !== undefined) throw new Error(`There is a rule for the channel "${name}" already.`);
    this.#rules.set(name, prepared(name, rule));
  }

  /** Throws where the channel does not exist. */
  of(channel: string): PreparedRule {
    const rule = this.#rules.closest(channel);
    if (rule === undefined) throw new AppError("NOT_FOUND", `There is no channel "${channel}".`);
    return rule;
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

function prepared(name: string, rule: ChannelRule): PreparedRule {
  try {
    return {
      ...rule,
      history: historyRule(rule.history),
      slowReaders: slowReaderPolicy(rule.slowReaders),
      rateLimit: rateRule(`publish ${name}`, rule.rateLimit),
    };
  } catch (error) {
    throw new RangeError(`The rule of the channel "${name}": ${(error as Error).message}`, { cause: error });
  }
}

function forbidden(channel: string, what: string): AppError {
  return new AppError("FORBIDDEN", `The channel "${channel}" cannot be ${what}.`);
}
