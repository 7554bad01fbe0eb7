import { BusType } from "../bus/bus-frame.ts";
import type { Uplink } from "../bus/uplink.ts";
import type { Config } from "../config.ts";
import type { Counters } from "../metrics.ts";
import type {
  HttpAnswer,
  Socket,
  SocketOwner,
  TransportHooks,
  UpgradeAnswer,
  UpgradeRequest,
} from "../transport/transport.ts";
import { addressKey, addressList } from "./client-address.ts";
import { type Connecting, encodeNumbers, readNumber } from "./rate-frames.ts";
import { ratesOf } from "./rate-options.ts";

/** How long who cannot be let in for reasons of ours is asked to wait, in milliseconds. */
const RETRY_AFTER_MS = 1_000;

/**
 * Stands in front of the reception, and lets no more in from one address than may come from it: that is counted by the
 * primary, for all socket workers.
 */
export class ConnectGate implements TransportHooks {
  readonly #hooks: TransportHooks;
  readonly #uplink: Uplink;
  readonly #counters: Counters;
  readonly #exempt: (address: string) => boolean;
  /** What the primary is asked with; undefined where nothing is limited. */
  readonly #question: Buffer | undefined;
  /** Who was let in and is not there yet, and who is there; as what the primary counts them. */
  readonly #coming = new Map<UpgradeRequest, string>();
  readonly #inside = new Map<SocketOwner, string>();

  constructor(hooks: TransportHooks, config: Config, uplink: Uplink, counters: Counters) {
    this.#hooks = hooks;
    this.#uplink = uplink;
    this.#counters = counters;
    this.#exempt = addressList(config.exemptIps);
    const { connect } = ratesOf(config);
    const most = config.rateLimits === "off" || config.connectionsPerIp === "off" ? 0 : config.connectionsPerIp;
    if (connect === undefined && most === 0) return;
    this.#question = encodeNumbers([connect?.intervalMs ?? 0, connect?.burstMs ?? 0, most] satisfies Connecting);
  }

  upgrade(request: UpgradeRequest): UpgradeAnswer | Promise<UpgradeAnswer> {
    if (this.#question === undefined || this.#exempt(request.address)) return this.#hooks.upgrade(request);
    return this.#upgrade(request, this.#question);
  }

  open(socket: Socket, request: UpgradeRequest, subprotocol: string): SocketOwner {
    const owner = this.#hooks.open(socket, request, subprotocol);
    const key = this.#coming.get(request);
    if (key !== undefined) {
      this.#coming.delete(request);
      this.#inside.set(owner, key);
    }
    return owner;
  }

  /** A connection is gone. */
  left(owner: SocketOwner): void {
    const key = this.#inside.get(owner);
    if (key === undefined) return;
    this.#inside.delete(owner);
    this.#uplink.tell(BusType.DISCONNECT, key);
  }

  async #upgrade(request: UpgradeRequest, question: Buffer): Promise<UpgradeAnswer> {
    const key = addressKey(request.address);
    const refusal = await this.#ask(key, question);
    if (refusal !== undefined) return refusal;
    this.#coming.set(request, key);
    try {
      return await this.#hooks.upgrade(request);
    } finally {
      // it comes in as soon as this is heard, or never: it may have hung up, or be refused for something else
      setImmediate(() => {
        if (this.#coming.delete(request)) this.#uplink.tell(BusType.DISCONNECT, key);
      });
    }
  }

  /** @returns undefined where one more may come, and is counted */
  #ask(key: string, question: Buffer): Promise<HttpAnswer | undefined> {
    return new Promise((resolve) => {
      this.#uplink.ask(BusType.CONNECT, key, question, (error, frame) => {
        const wait = frame === undefined ? 0 : readNumber(frame.data, 0);
        if (error !== undefined) resolve(refusal(503, "Try again later.\n", RETRY_AFTER_MS));
        else if (wait === 0) resolve(undefined);
        else {
          this.#counters.refusedConnects++;
          resolve(refusal(429, "Too many connections from this address; wait before the next.\n", wait));
        }
      });
    });
  }
}

function refusal(status: number, body: string, waitMs: number): HttpAnswer {
  const seconds = String(Math.ceil(waitMs / 1_000));
  return { status, headers: { "content-type": "text/plain", "retry-after": seconds }, body };
}
