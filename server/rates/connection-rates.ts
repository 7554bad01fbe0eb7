import type { Account } from "./accounts.ts";
import { Bucket } from "./bucket.ts";
import type { RateRule } from "./rate-rule.ts";
import type { SharedRate } from "./shared-rate.ts";

/** What one connection has done; made with its first message. */
export class ConnectionRates {
  readonly messages: Bucket | undefined;
  readonly bytes: Bucket | undefined;
  calls: Bucket | undefined;
  publications: Bucket | undefined;
  subscriptions: Bucket | undefined;
  /** Set while too many bytes came: how long nothing is done for it, in milliseconds. */
  bytesWait = 0;
  /** Its address's account, and all requests of that. */
  addressAccount: Account | undefined;
  address: SharedRate | undefined;
  /** Whose it is, as far as is known here. */
  user: string | undefined;
  userAccount: Account | undefined;
  userRate: SharedRate | undefined;
  /** Values of tags that it counts for, by the tags' names; made with the first rule that goes by one. */
  tags: Map<string, { readonly value: string; readonly account: Account }> | undefined;
  /** What is limited by connection. */
  #rules: Map<RateRule, Bucket> | undefined;

  constructor(messages: Bucket | undefined, bytes: Bucket | undefined) {
    this.messages = messages;
    this.bytes = bytes;
  }

  /** Takes one of what a rule limits by connection. @returns 0, or after how many milliseconds there is one */
  take(rule: RateRule, now: number): number {
    this.#rules ??= new Map();
    let bucket = this.#rules.get(rule);
    if (bucket === undefined) {
      bucket = new Bucket(rule.rate);
      this.#rules.set(rule, bucket);
    }
    return bucket.take(now);
  }
}
