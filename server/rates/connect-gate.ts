import { CloseCode } from "../../shared/codes.ts";
import type { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import { encodeNumbers, readNumber } from "../bus/numbers.ts";
import type { Uplink } from "../bus/uplink.ts";
import type { Config } from "../config.ts";
import type { Connection } from "../connection/connection.ts";
import type { Counters } from "../metrics.ts";
import type { AddressRanges } from "../transport/address-ranges.ts";
import { networkOf } from "../transport/network-of.ts";
import type { HttpAnswer, Socket, TransportHooks, UpgradeAnswer, UpgradeRequest } from "../transport/transport.ts";
import type { Account, Accounts } from "./accounts.ts";
import { exemptAddresses } from "./exempt-addresses.ts";
import { perSecond, type Rate } from "./rate.ts";
import { ratesOf } from "./rate-options.ts";
import type { SharedRate } from "./shared-rate.ts";

/** Where connections become; ours is the one that reception makes of them. */
export interface ConnectHooks extends TransportHooks {
  open(socket: Socket, request: UpgradeRequest, subprotocol: string): Connection;
}

export interface ConnectGateOptions {
  readonly hooks: ConnectHooks;
  readonly config: Config;
  readonly accounts: Accounts;
  readonly uplink: Uplink;
  readonly counters: Counters;
}

/** What is to be known of a connection that is counted. */
interface Inside {
  readonly account: Account;
  readonly number: number;
}

/** A rate that is none: as many as there can be. */
const ANY: Rate = perSecond(1_000_000_000, 10_000);

/**
 * Stands in front of the reception, and lets no more in from one address than may come from it, in all socket workers
 * together. A request is answered at once, by what is known here; the primary counts who is there, and whoever turns out
 * to be one too many is closed again.
 */
export class ConnectGate implements ConnectHooks {
  readonly #options: ConnectGateOptions;
  readonly #exempt: AddressRanges;
  readonly #rate: Rate;
  /** Undefined where the primary need not count. */
  readonly #most: number | undefined;
  readonly #limits: boolean;
  readonly #inside = new Map<Connection, Inside>();
  /** The same by the number that the primary knows. */
  readonly #numbered = new Map<number, Connection>();
  #lastNumber = 0;

  constructor(options: ConnectGateOptions) {
    const { config } = options;
    this.#options = options;
    this.#exempt = exemptAddresses(config.exemptIps);
    const { connect } = ratesOf(config);
    const { connectionsPerIp: most, rateLimits } = config;
    this.#rate = connect ?? ANY;
    this.#most = rateLimits === "off" || most === "off" ? undefined : most;
    this.#limits = connect !== undefined || this.#most !== undefined;
  }

  upgrade(request: UpgradeRequest): UpgradeAnswer {
    const wait = this.#limits && !this.#exempt.has(request.address) ? this.#take(request.address) : 0;
    if (wait === 0) return this.#options.hooks.upgrade(request);
    this.#options.counters.refusedConnects++;
    return refusal(wait);
  }

  open(socket: Socket, request: UpgradeRequest, subprotocol: string): Connection {
    const connection = this.#options.hooks.open(socket, request, subprotocol);
    // it may have been closed in there
    if (this.#most !== undefined && connection.open && !this.#exempt.has(request.address)) {
      this.#count(connection, this.#most);
    }
    return connection;
  }

  /** A connection is gone. */
  left(connection: Connection): void {
    const inside = this.#inside.get(connection);
    if (inside === undefined) return;
    const { account, number } = inside;
    this.#inside.delete(connection);
    this.#numbered.delete(number);
    this.#options.accounts.leave(account);
    this.#options.uplink.tell(BusType.DISCONNECT, account.name);
  }

  /** @internal The primary has counted. */
  oneTooMany({ data }: BusFrame): void {
    const connection = this.#numbered.get(readNumber(data, 1));
    const inside = connection && this.#inside.get(connection);
    if (connection === undefined || inside === undefined) return;
    this.#connects(inside.account).block(performance.now(), readNumber(data, 0));
    this.#options.counters.refusedConnects++;
    connection.close(CloseCode.FLOODING, "too many connections from this address");
  }

  #take(address: string): number {
    const { accounts } = this.#options;
    const account = accounts.enterNetwork(networkOf(address));
    const wait = this.#connects(account).take(performance.now());
    accounts.leave(account);
    return wait;
  }

  #connects(account: Account): SharedRate {
    return this.#options.accounts.rate(account, "connects", this.#rate);
  }

  #count(connection: Connection, most: number): void {
    const account = this.#options.accounts.enterNetwork(connection.network);
    const number = ++this.#lastNumber;
    this.#inside.set(connection, { account, number });
    this.#numbered.set(number, connection);
    this.#options.uplink.tell(BusType.CONNECT, account.name, encodeNumbers([most, number]));
  }
}

/** What of the bus is about connects. */
export function connectFrames(gate: () => ConnectGate) {
  return { [BusType.ONE_TOO_MANY]: (frame: BusFrame) => gate().oneTooMany(frame) };
}

function refusal(waitMs: number): HttpAnswer {
  return {
    status: 429,
    headers: { "content-type": "text/plain", "retry-after": String(Math.ceil(waitMs / 1_000)) },
    body: "Too many connections from this address; wait before the next.\n",
  };
}
