import { AppError } from "../../shared/errors.ts";
import type { ChannelRule } from "../app.ts";
import { isPattern, PatternMap, prefixOf } from "./patterns.ts";
import type { PresenceOptions } from "./presence-rule.ts";

const KEPT: PresenceOptions = {};

/** Finds the rule for a channel: that of its own name, or else of the longest pattern that fits. */
export class ChannelRules {
  readonly #rules = new PatternMap<ChannelRule>();

  /** Throws where there is a rule of this very name already. */
  add(name: string, rule: ChannelRule): void {
    if (this.#rules.get(name) !== undefined) throw new Error(`There is a rule for the channel "${name}" already.`);
    this.#rules.set(name, rule);
  }

  /** Throws where the channel does not exist. */
  of(channel: string): ChannelRule {
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

  /** Throws where a client may not subscribe. A pattern needs the permission of every rule that it covers. */
  checkSubscribe(channel: string): void {
    if (this.of(channel).subscribe === false) throw forbidden(channel, "subscribed to");
    if (!isPattern(channel)) return;
    const prefix = prefixOf(channel);
    for (const [name, rule] of this.#rules.entries()) {
      if (rule.subscribe === false && name.startsWith(prefix)) throw forbidden(name, "subscribed to");
    }
  }

  /** The rule to publish by. Throws where a client may not. */
  checkPublish(channel: string): ChannelRule {
    if (isPattern(channel)) throw new AppError("BAD_REQUEST", `"${channel}" is a pattern; publish to one channel.`);
    const rule = this.of(channel);
    if (rule.publish === false) throw forbidden(channel, "published to by clients");
    return rule;
  }
}

function forbidden(channel: string, what: string): AppError {
  return new AppError("FORBIDDEN", `The channel "${channel}" cannot be ${what}.`);
}
