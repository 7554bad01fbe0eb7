import { CloseCode } from "../../shared/codes.ts";
import { BusType } from "../bus/bus-frame.ts";
import type { Uplink } from "../bus/uplink.ts";
import type { Config } from "../config.ts";
import type { Connection } from "../connection/connection.ts";
import type { Counters } from "../metrics.ts";
import type { HttpAnswer, Socket, TransportHooks, UpgradeAnswer, UpgradeRequest } from "../transport/transport.ts";
import type { Account, Accounts } from "./accounts.ts";
import { addressKey, addressList } from "./client-address.ts";
import { perSecond, type Rate } from "./rate.ts";
import { encodeNumbers, readNumber } from "./rate-frames.ts";
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

/** A rate that is none: as many as there can be. */
const ANY: Rate = perSecond(1_000_000_000, 10_000);

/**
 * Stands in front of the reception, and lets no more in from one address than may come from it, in all socket workers
 * together. A request is answered at once, by what is known here; the primary counts who is there, and whoever turns out
 * to be one too many is closed again. (To wait for its answer would cost each connect a moment, and uWebSockets.js now
 * and then its connection: where a request is upgraded later, it may take the new WebSocket for the old request, and
 * hang up.)
 */
export class ConnectGate implements ConnectHooks {
  readonly #options: ConnectGateOptions;
  readonly #exempt: (address: string) => boolean;
  readonly #rate: Rate;
  /** What the primary is told of each; undefined where it need not count. */
  readonly #most: Buffer | undefined;
  readonly #limits: boolean;
  readonly #inside = new Map<Connection, Account>();

  constructor(options: ConnectGateOptions) {
    const { config } = options;
    this.#options = options;
    this.#exempt = addressList(config.exemptIps);
    const { connect } = ratesOf(config);
    const { connectionsPerIp: most, rateLimits } = config;
    this.#rate = connect ?? ANY;
    this.#most = rateLimits === "off" || most === "off" ? undefined : encodeNumbers([most]);
    this.#limits = connect !== undefined || this.#most !== undefined;
  }

  upgrade(request: UpgradeRequest): UpgradeAnswer | Promise<UpgradeAnswer> {
    const wait = this.#limits && !this.#exempt(request.address) ? this.#take(request.address) : 0;
    if (wait === 0) return this.#options.hooks.upgrade(request);
    this.#options.counters.refusedConnects++;
    return refusal(wait);
  }

  open(socket: Socket, request: UpgradeRequest, subprotocol: string): Connection {
    const connection = this.#options.hooks.open(socket, request, subprotocol);
    // it may have been closed in there
    if (this.#most !== undefined && connection.open && !this.#exempt(request.address)) {
      this.#count(connection, this.#most);
    }
    return connection;
  }

  /** A connection is gone. */
  left(connection: Connection): void {
    const account = this.#inside.get(connection);
    if (account === undefined) return;
    this.#inside.delete(connection);
    this.#options.accounts.leave(account);
    this.#options.uplink.tell(BusType.DISCONNECT, account.name);
  }

  #take(address: string): number {
    const { accounts } = this.#options;
    const account = accounts.enter(nameOf(address));
    const wait = this.#connects(account).take(performance.now());
    accounts.leave(account);
    return wait;
  }

  #connects(account: Account): SharedRate {
    return this.#options.accounts.rate(account, "connects", this.#rate);
  }

  #count(connection: Connection, most: Buffer): void {
    const { accounts, uplink, counters } = this.#options;
    const account = accounts.enter(nameOf(connection.address));
    this.#inside.set(connection, account);
    uplink.ask(BusType.CONNECT, account.name, most, (_, frame) => {
      const wait = frame === undefined ? 0 : readNumber(frame.data, 0);
      if (wait === 0) return;
      this.#connects(account).block(performance.now(), wait);
      if (!connection.open) return;
      counters.refusedConnects++;
      connection.close(CloseCode.FLOODING, "too many connections from this address");
    });
  }
}

function nameOf(address: string): string {
  return `i${addressKey(address)}`;
}

function refusal(waitMs: number): HttpAnswer {
  return {
    status: 429,
    headers: { "content-type": "text/plain", "retry-after": String(Math.ceil(waitMs / 1_000)) },
    body: "Too many connections from this address; wait before the next.\n",
  };
}
