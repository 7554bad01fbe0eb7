import { DecodeError } from "../shared/budget.ts";
import { type Codec, isBatch } from "../shared/codec.ts";
import { CloseCode } from "../shared/codes.ts";
import { AppError } from "../shared/errors.ts";
import { limit } from "../shared/limit.ts";
import { type HelloOptions, Kind, type ServerMessage, SUBPROTOCOL_MSGPACK } from "../shared/message.ts";
import { isServerMessage } from "../shared/server-message.ts";
import { isTaken } from "../shared/stream-window.ts";
import type { Decoded, HelperSlot } from "./codec-helper.ts";
import { holdDeflated } from "./hold-deflated.ts";
import type { LateDeflate } from "./late-deflate.ts";
import type { Limits } from "./limits.ts";
import { createLine, type Line } from "./line.ts";
import { type Link, type LinkListener, type LinkState, LOST, type StateReason, stateReason } from "./link.ts";
import { type Liveness, watchLiveness } from "./liveness.ts";
import type { WebSocketConstructor, WebSocketLike } from "./web-socket.ts";

/** Most bytes of a batch that are none of its messages'. */
const BATCH_HEAD_BYTES = 5;
/** Of one frame. A server's has about 64 KB, which is less; one that inflates could hold a client up for seconds. */
const MOST_MESSAGES = 32_768;

export interface ConnectionOptions {
  readonly url: string;
  readonly webSocket: WebSocketConstructor;
  readonly codec: Codec<Uint8Array>;
  /** That of the codec. */
  readonly deflate: LateDeflate;
  /** Where a helper of the codec is, if there is one. */
  readonly slot: HelperSlot;
  /** What to say first, as it is when there is a connection. */
  readonly hello: () => HelloOptions;
  readonly connectTimeoutMs: number;
  /** What the server takes, as far as it has told by now. */
  readonly limits: () => Limits;
}

/** One WebSocket: says HELLO, batches what one turn of the event loop sends, answers PING, notices a dead server. */
export class Connection implements Link {
  state: LinkState = "connecting";
  readonly #socket: WebSocketLike;
  readonly #codec: Codec<Uint8Array>;
  readonly #listener: LinkListener;
  readonly #incoming: Line<unknown>;
  readonly #outgoing: Line<readonly Uint8Array[]>;
  readonly #liveness: Liveness;
  readonly #connectTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #hello: () => HelloOptions;
  readonly #limits: () => Limits;
  #pieces: Uint8Array[] = [];

  /** @throws what the WebSocket constructor throws */
  constructor(options: ConnectionOptions, listener: LinkListener) {
    const { url, webSocket, codec, deflate, slot, hello, connectTimeoutMs, limits } = options;
    const socket = new webSocket(url, [SUBPROTOCOL_MSGPACK]);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => this.#opened());
    socket.addEventListener("message", (event) => this.#arrived(event.data));
    socket.addEventListener("close", ({ code, reason }) => this.#ended(stateReason(code, reason)));
    // a close follows; but `ws` throws where nobody listens
    socket.addEventListener("error", () => {});
    this.#socket = socket;
    this.#codec = codec;
    this.#incoming = holdDeflated(
      deflate,
      slot,
      (data, decoded) => this.#received(data, decoded),
      (text) => this.#drop({ code: LOST, text }),
    );
    this.#outgoing = createLine<readonly Uint8Array[], Uint8Array>({
      // no codec of this repository makes shared memory, of which a WebSocket takes none
      pass: (pieces, frame = codec.frame(pieces)) => socket.send(frame as Uint8Array<ArrayBuffer>),
      bytes: (pieces) => pieces.reduce((sum, piece) => sum + piece.length, 0),
      elsewhere: (pieces) => slot.helper?.frame(pieces),
    });
    this.#listener = listener;
    this.#limits = limits;
    this.#hello = hello;
    this.#connectTimer = limit(
      () => this.#drop({ code: LOST, text: `no connection within ${connectTimeoutMs} ms` }),
      connectTimeoutMs,
    );
    this.#liveness = watchLiveness(
      () => this.send(codec.encode([Kind.PING])),
      () => this.#drop(stateReason(CloseCode.NO_HEARTBEAT, "")),
    );
  }

  send(piece: Uint8Array): void {
    if (this.#pieces.push(piece) === 1) queueMicrotask(() => this.#flush());
  }

  probe(): void {
    if (this.state === "open") this.#liveness.probe();
  }

  close(reason: StateReason): void {
    this.#flush();
    this.#outgoing.rush();
    this.#finish(reason);
    this.#socket.close(CloseCode.NORMAL);
  }

  #opened(): void {
    if (this.state !== "connecting") return;
    this.state = "open";
    clearTimeout(this.#connectTimer);
    this.#pieces.unshift(this.#encodeHello());
    this.#liveness.heard();
    this.#liveness.start();
    queueMicrotask(() => this.#flush());
    this.#listener.state("open", { text: "connected" });
  }

  /** The channels are left out where they would be too much for the server: each is subscribed to anyway. */
  #encodeHello(): Uint8Array {
    const hello = this.#hello();
    const piece = this.#codec.encode([Kind.HELLO, hello]);
    const { maxPayload, maxElements } = this.#limits();
    if (hello.resume === undefined || piece.length <= Math.min(maxPayload, maxElements)) return piece;
    const { channels: _, ...resume } = hello.resume;
    return this.#codec.encode([Kind.HELLO, { ...hello, resume }]);
  }

  #flush(): void {
    if (this.state !== "open") return;
    const pieces = this.#pieces;
    this.#pieces = [];
    const most = this.#limits().batchBytes - BATCH_HEAD_BYTES;
    let batch: Uint8Array[] = [];
    let size = 0;
    for (const piece of pieces) {
      if (batch.length > 0 && size + piece.length > most) {
        this.#outgoing.take(batch);
        batch = [];
        size = 0;
      }
      batch.push(piece);
      size += piece.length;
    }
    if (batch.length > 0) this.#outgoing.take(batch);
  }

  #arrived(data: unknown): void {
    if (this.state !== "open") return;
    this.#liveness.heard();
    this.#incoming.take(data);
  }

  #received(data: unknown, known: Decoded | undefined): void {
    if (this.state !== "open") return;
    let decoded: unknown;
    try {
      if (typeof data === "string") throw new Error("A text frame on a MessagePack connection.");
      decoded = known === undefined ? this.#codec.decode(new Uint8Array(data as ArrayBuffer)) : decodedBy(known);
    } catch (error) {
      this.#listener.ignored(error);
      return;
    }
    const messages = isBatch(decoded) ? decoded : [decoded];
    if (messages.length > MOST_MESSAGES) this.#listener.ignored(new Error("A frame of too many messages."));
    for (const message of messages.slice(0, MOST_MESSAGES)) {
      if (this.state !== "open") return;
      try {
        if (isServerMessage(message)) this.#handle(message);
        else throw new Error("The server sent what is no message.");
      } catch (error) {
        // what one message does must not cost the others
        this.#listener.ignored(error);
      }
    }
  }

  #handle(message: ServerMessage): void {
    if (message[0] === Kind.WELCOME) this.#liveness.start(message[1].heartbeatMs);
    // one about a stream is answered when its reader is so far
    if (message[0] === Kind.PING && !isTaken(message[1])) this.#pong(message[1]);
    // a PONG without content answers a probe, and has done its work by being heard
    else if (message[0] !== Kind.PONG || message[1] != null) this.#listener.message(message);
  }

  #pong(echo: unknown): void {
    const piece = this.#codec.encode([Kind.PONG, echo]);
    if (piece.length > this.#limits().maxPayload) throw new AppError("TOO_LARGE");
    this.send(piece);
  }

  /** What came before the end counts, be it held still. */
  #ended(reason: StateReason): void {
    this.#incoming.rush();
    this.#finish(reason);
  }

  /** Does not wait for the other side to agree, which a dead one never would. */
  #drop(reason: StateReason): void {
    this.#finish(reason);
    if (this.#socket.terminate === undefined) this.#socket.close();
    else this.#socket.terminate();
  }

  #finish(reason: StateReason): void {
    if (this.state === "closed") return;
    this.state = "closed";
    clearTimeout(this.#connectTimer);
    this.#liveness.stop();
    this.#incoming.forget();
    this.#outgoing.forget();
    this.#listener.state("closed", reason);
  }
}

/** @throws DecodeError what decoding threw elsewhere */
function decodedBy(known: Decoded): unknown {
  if (known.length === 1) return known[0];
  const [, text, reason, cause] = known;
  throw new DecodeError(text, reason, cause === undefined ? undefined : { cause });
}
