import { CloseCode } from "../../shared/codes.ts";
import { AppError } from "../../shared/errors.ts";
import type { Frame } from "../../shared/message.ts";
import { Connection } from "../connection/connection.ts";
import type { ConnectionServices } from "../connection/connection-services.ts";
import { MOST_HELD } from "../connection/inbox.ts";
import type { Socket, UpgradeRequest } from "../transport/transport.ts";

import type { GatewaySource } from "./gateway-streams.ts";

/** Told of what raw connections say, and of what becomes of them. */
export interface RawListener {
  opened(connection: RawConnection): void;
  /** The bytes are valid only during the call. */
  message(connection: RawConnection, data: Buffer, binary: boolean): void;
  closed(connection: RawConnection, code: number): void;
  /** It is tagged otherwise than before. */
  tagged(connection: RawConnection): void;
}

/** What raw connections share, beside what all connections do. */
export interface RawServices {
  readonly listener: RawListener;
  /** A message came. Closes who sends too many. */
  counts(connection: Connection): void;
}

/**
 * A client that does not speak the protocol: any plain WebSocket client. What it says is passed on as it is, and what it
 * is sent arrives as the bare body.
 */
export class RawConnection extends Connection {
  /** @internal What brokers are told of; undefined where there are none. */
  source: GatewaySource | undefined;
  readonly #raw: RawServices;
  /** What came while it is not known whose it is. */
  #held: { readonly bytes: ArrayBuffer; readonly binary: boolean }[] | undefined;
  #heldBytes = 0;

  constructor(id: string, socket: Socket, request: UpgradeRequest, services: ConnectionServices, raw: RawServices) {
    super(id, socket, request, false, services);
    this.#raw = raw;
  }

  /** @internal It is there: told at once, or when it is known whose it is. */
  begin(): void {
    if (this.#held === undefined && this.open) this.#raw.listener.opened(this);
  }

  override get held(): boolean {
    return this.#held !== undefined;
  }

  override hold(): void {
    this.#held ??= [];
  }

  override release(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    this.begin();
    for (const { bytes, binary } of held) this.#take(bytes, binary);
  }

  override message(bytes: ArrayBuffer, binary: boolean): void {
    this.silentBeats = 0;
    if (this.#held === undefined) this.#take(bytes, binary);
    else this.#keep(bytes, binary);
  }

  #keep(bytes: ArrayBuffer, binary: boolean): void {
    this.#heldBytes += bytes.byteLength;
    if (this.#heldBytes > MOST_HELD) this.close(CloseCode.TRY_LATER);
    else if (this.open) this.#held?.push({ bytes: bytes.slice(0), binary });
  }

  #take(bytes: ArrayBuffer, binary: boolean): void {
    if (!this.open) return;
    this.services.traffic.received(bytes.byteLength);
    this.services.traffic.rawCame++;
    this.services.received(this, bytes.byteLength);
    this.#raw.counts(this);
    if (!this.open) return;
    if (bytes.byteLength > this.services.maxPayload) this.close(CloseCode.TOO_BIG);
    else this.#hear(bytes, binary);
  }

  #hear(bytes: ArrayBuffer, binary: boolean): void {
    this.tap?.raw("in", bytes.byteLength, binary);
    this.#raw.listener.message(this, Buffer.from(bytes), binary);
  }

  override sendFrame(frame: Frame): void {
    if (this.open) this.services.traffic.rawWent++;
    super.sendFrame(frame, null);
  }

  /** It would understand no message of the protocol. */
  override send(): void {}

  override sendEncoded(): void {}

  override sendPiece(): void {}

  override call(): Promise<unknown> {
    return Promise.reject(noProcedures());
  }

  override stream(): AsyncGenerator<unknown, unknown, undefined> {
    throw noProcedures();
  }
}

function noProcedures(): AppError {
  return new AppError("UNAVAILABLE", "A raw connection has no procedures.");
}
