import type { Codec } from "../../shared/codec.ts";
import type { Frame, Kind } from "../../shared/message.ts";
import type { Tap } from "../tail/tap.ts";
import type { Socket } from "../transport/transport.ts";
import type { ConnectionServices } from "./connection-services.ts";
import type { Flushable } from "./turn.ts";

/** Whose outbox it is. */
export interface OutboxOwner {
  /** Whether anything sent now can still arrive. */
  readonly open: boolean;
  /** Told of what is sent, while somebody looks on. */
  readonly tap: Pick<Tap, "sent"> | undefined;
  readonly socket: Socket;
  /** What makes a frame of messages. */
  readonly codec: Pick<Codec, "frame">;
  readonly services: Pick<ConnectionServices, "turn" | "traffic">;
  /** Something did not fit into the send budget. */
  dropped(): void;
}

/** What one turn has to say leaves in frames of about this size, in bytes or characters. */
const FRAME_SIZE = 64 * 1024;
const NO_PIECES: readonly Frame[] = [];

/** What a connection has to say: gathers the messages of a turn, and sends them as one frame at its end. */
export class Outbox implements Flushable {
  /** Whether it has sent something large since that was last asked: what asks for more of the kind takes long. */
  heavy = false;
  readonly #owner: OutboxOwner;
  #inTurn = false;
  #pieces: Frame[] = NO_PIECES as Frame[];
  #size = 0;
  #whenDrained: (() => void)[] | undefined;

  constructor(owner: OutboxOwner) {
    this.#owner = owner;
  }

  /** Whether `end` will flush it anyway. */
  get inTurn(): boolean {
    return this.#inTurn;
  }

  /** Something begins that may have much to say: that leaves together, at its end. */
  begin(): void {
    this.#inTurn = true;
  }

  end(): void {
    this.#inTurn = false;
    this.flush();
  }

  /** Bytes that the kernel has not taken yet. */
  get unsent(): number {
    return this.#owner.socket.unsent + this.#size;
  }

  /** Adds an encoded message. */
  add(piece: Frame, kind: Kind): void {
    count(this.#owner, kind);
    if (this.#pieces === NO_PIECES) {
      this.#pieces = [piece];
      if (!this.#inTurn) this.#owner.services.turn.flushLater(this);
    } else this.#pieces.push(piece);
    this.#size += piece.length;
    if (this.#size >= FRAME_SIZE) this.flush();
  }

  /** Sends what has gathered. */
  flush(): void {
    const pieces = this.#pieces;
    if (pieces === NO_PIECES) return;
    this.#pieces = NO_PIECES as Frame[];
    if (this.#size >= FRAME_SIZE) this.heavy = true;
    this.#size = 0;
    const { tap } = this.#owner;
    if (tap !== undefined && this.#owner.open) for (const piece of pieces) tap.sent(piece);
    sendTo(this.#owner, this.#owner.codec.frame(pieces));
  }

  /** Sends the frame of one message at once, behind what has gathered. @param kind null where it is none of the protocol */
  sendFrame(frame: Frame, kind: Kind | null): void {
    if (kind !== null && this.#owner.open) count(this.#owner, kind);
    this.flush();
    if (this.#owner.tap !== undefined && this.#owner.open) this.#owner.tap.sent(frame);
    sendTo(this.#owner, frame);
  }

  /** Resolves when everything sent has been taken by the kernel, or the connection is gone. */
  drain(): Promise<void> {
    this.flush();
    if (!this.#owner.socket.open || this.#owner.socket.unsent === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenDrained ??= [];
      this.#whenDrained.push(resolve);
    });
  }

  /** Some of what was sent has been taken. */
  drained(): void {
    if (this.#owner.socket.unsent > 0) return;
    const waiting = this.#whenDrained;
    this.#whenDrained = undefined;
    for (const resolve of waiting ?? []) resolve();
  }

  /** The connection is gone. */
  closed(): void {
    this.#pieces = NO_PIECES as Frame[];
    for (const resolve of this.#whenDrained ?? []) resolve();
    this.#whenDrained = undefined;
  }
}

// no private methods: the right to call them takes a word of each object

function count({ services }: OutboxOwner, kind: Kind): void {
  (services.traffic.went[kind] as number) += 1;
}

function sendTo(owner: OutboxOwner, frame: Frame): void {
  if (!owner.open) return;
  if (owner.socket.send(frame)) owner.services.traffic.sent(frame);
  else owner.dropped();
}
