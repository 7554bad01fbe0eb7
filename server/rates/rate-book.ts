import type { Connection } from "../connection/connection.ts";
import { tagOf } from "../tags/tags.ts";
import type { AddressRanges } from "../transport/address-ranges.ts";
import type { Account, Accounts } from "./accounts.ts";
import { Bucket } from "./bucket.ts";
import { ConnectionRates } from "./connection-rates.ts";
import type { Rate } from "./rate.ts";
import type { Rates } from "./rate-options.ts";
import type { RateRule } from "./rate-rule.ts";
import type { SharedRate } from "./shared-rate.ts";

/** All requests of a user, or of an address. */
const REQUESTS = "requests";

/** Where it is written what each connection, its user and its address have done. */
export class RateBook {
  readonly #accounts: Accounts;
  readonly #rates: Rates;
  readonly #exempt: AddressRanges;

  /** @param exempt addresses for which it does not count what they do in all */
  constructor(accounts: Accounts, rates: Rates, exempt: AddressRanges) {
    this.#accounts = accounts;
    this.#rates = rates;
    this.#exempt = exempt;
  }

  of(connection: Connection): ConnectionRates {
    connection.rates ??= this.#create(connection);
    return connection.rates;
  }

  /** Somebody may have logged in, or out, or be somebody else. */
  lookAtUser({ user }: Connection, rates: ConnectionRates): void {
    if (user === rates.user) return;
    const before = rates.userAccount;
    rates.user = user;
    rates.userAccount = user === undefined ? undefined : this.#accounts.enterUser(user);
    rates.userRate = this.#requests(rates.userAccount, this.#rates.user);
    this.#accounts.leave(before);
  }

  /** What those have done of something for whom a rule counts what this connection does. */
  shared(connection: Connection, rule: RateRule): SharedRate {
    return this.#accounts.rate(this.#accountOf(connection, rule), rule.name, rule.rate);
  }

  /** A connection is gone. */
  left({ rates }: Connection): void {
    this.#accounts.leave(rates?.addressAccount);
    this.#accounts.leave(rates?.userAccount);
    for (const { account } of rates?.tags?.values() ?? []) this.#accounts.leave(account);
  }

  #accountOf(connection: Connection, { by, tag }: RateRule): Account {
    const rates = this.of(connection);
    const tagged = tag === undefined ? undefined : this.#accountOfTag(connection, tag, rates);
    if (tagged !== undefined) return tagged;
    this.lookAtUser(connection, rates);
    if (by === "user" && rates.userAccount !== undefined) return rates.userAccount;
    rates.addressAccount ??= this.#accounts.enterNetwork(connection.network);
    return rates.addressAccount;
  }

  /** Undefined where it has no such tag. */
  #accountOfTag({ tags }: Connection, name: string, rates: ConnectionRates): Account | undefined {
    const value = tagOf(tags, name);
    const known = rates.tags?.get(name);
    if (known !== undefined && known.value === value) return known.account;
    if (known !== undefined) rates.tags?.delete(name);
    const account = value === undefined ? undefined : this.#accounts.enterTag(name, value);
    if (value !== undefined && account !== undefined) {
      rates.tags ??= new Map();
      rates.tags.set(name, { value, account });
    }
    this.#accounts.leave(known?.account);
    return account;
  }

  #create(connection: Connection): ConnectionRates {
    const { message, byte, ip } = this.#rates;
    const rates = new ConnectionRates(message && new Bucket(message), byte && new Bucket(byte));
    if (ip !== undefined && !this.#exempt.has(connection.address)) {
      rates.addressAccount = this.#accounts.enterNetwork(connection.network);
      rates.address = this.#requests(rates.addressAccount, ip);
    }
    return rates;
  }

  #requests(account: Account | undefined, rate: Rate | undefined): SharedRate | undefined {
    return account === undefined || rate === undefined ? undefined : this.#accounts.rate(account, REQUESTS, rate);
  }
}
