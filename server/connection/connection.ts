import type { Codec } from "../../shared/codec.ts";
import { CloseCode } from "../../shared/codes.ts";
import { type Frame, Kind, type ServerMessage } from "../../shared/message.ts";
import type { Presented } from "../auth/authenticator.ts";
import type { Identity } from "../auth/credentials.ts";
import { type Encoded, encodedPiece } from "../dispatch/encoded.ts";
import type { RunningCall } from "../dispatch/running-call.ts";
import type { ConnectionRates } from "../rates/connection-rates.ts";
import type { Session } from "../sessions/session.ts";
import { NO_TAGS, type Tags } from "../tags/tags.ts";
import type { Tap } from "../tail/tap.ts";
import { networkOf } from "../transport/network-of.ts";
import type { Socket, SocketOwner, UpgradeRequest } from "../transport/transport.ts";
import { type ClientCallOptions, ClientCalls, type ClientStreamOptions } from "./client-calls.ts";
import { closeReason } from "./close-reason.ts";
import type { ConnectionServices } from "./connection-services.ts";
import { Inbox } from "./inbox.ts";
import { Outbox } from "./outbox.ts";

/** One client, as the server sees it. */
export class Connection implements SocketOwner {
  /** Unique in the cluster. */
  readonly id: string;
  /** Path the client connected to. */
  readonly path: string;
  readonly query: string;
  /** The client's IP address. */
  readonly address: string;
  /** Whether replies are MessagePack; JSON otherwise. */
  readonly binary: boolean;
  /** Undefined until HELLO is answered, or until something asks for one. */
  session: Session | undefined;
  /** @internal Whether there is nobody behind it: it is for one call, and in nobody's list. */
  internal = false;
  /** @internal What it is tagged with while it has no session, and what one begins with. */
  initialTags: Tags = NO_TAGS;
  /** @internal The tags that it can be found by. */
  indexed: Tags = NO_TAGS;
  /** @internal What its client has proven, apart from what the application has made of its session since. */
  identity: Identity | undefined;
  /** @internal What it presented as it connected; kept only where the application may want to see it again. */
  presented: Presented | undefined;
  /** @internal Calls that are not answered yet, by id; made when the first one comes. */
  calls: Map<number, RunningCall> | undefined;
  /** @internal What this side has asked of the client; made with the first call. */
  clientCalls: ClientCalls | undefined;
  /** @internal Subscribed channels; made with the first one. */
  channels: Set<string> | undefined;
  /** @internal Bytes of publications that wait for it to read, and may be left out. */
  backlog = 0;
  /** @internal Heartbeats since anything was heard. */
  silentBeats = 0;
  /** @internal Which of the moments within a heartbeat is this connection's. */
  slot = 0;
  /** @internal Malformed messages since the last heartbeat. */
  malformed = 0;
  /** @internal What it has done of what is limited; made with the first message. */
  rates: ConnectionRates | undefined;
  /** @internal What came since the last heartbeat and was not worth making that for. */
  uncounted = 0;
  /** @internal Whether a message came: HELLO has to come before all others. */
  spoke = false;
  /** @internal Told of all that comes and goes, while somebody looks on. */
  tap: Tap | undefined;
  readonly #socket: Socket;
  readonly #codec: Codec;
  readonly #services: ConnectionServices;
  readonly #outbox: Outbox;
  readonly #inbox: Inbox;
  #closing = false;
  #network: string | undefined;

  constructor(id: string, socket: Socket, request: UpgradeRequest, binary: boolean, services: ConnectionServices) {
    this.id = id;
    this.path = request.path;
    this.query = request.query;
    this.address = request.address;
    this.binary = binary;
    this.#socket = socket;
    this.#codec = binary ? services.msgpack : services.json;
    this.#outbox = new Outbox(this, socket, this.#codec, services);
    this.#inbox = new Inbox(this, this.#outbox, services);
    this.#services = services;
  }

  /** Who its client is; undefined while nobody has said so. */
  get user(): string | undefined {
    return this.session === undefined ? this.identity?.user : this.session.user;
  }

  /** @internal Whether it calls for whoever has the control port, and on nobody's behalf: no guard stands before that. */
  get system(): boolean {
    return this.internal && this.identity === undefined;
  }

  /** What it is tagged with: the tags of its session, which set them. */
  get tags(): Tags {
    return this.session === undefined ? this.initialTags : this.session.tags;
  }

  /** @internal Bytes that a message of its client may have. */
  get maxPayload(): number {
    return this.#services.maxPayload;
  }

  /** Whether anything sent now can still arrive. */
  get open(): boolean {
    return this.#socket.open && !this.#closing;
  }

  /** Bytes sent that the kernel has not taken yet: a measure of how slowly the client reads. */
  get unsent(): number {
    return this.#outbox.unsent;
  }

  /** @internal Whose its client is, where clients are told apart by their addresses. */
  get network(): string {
    // an IPv6 address has to be taken apart for it
    this.#network ??= networkOf(this.address);
    return this.#network;
  }

  /** @internal Whether all that came of the client has been done, calls in flight aside. */
  get idle(): boolean {
    return this.#inbox.idle;
  }

  /**
   * Closes the connection, after what was sent before.
   * @param code a WebSocket close code; the protocol's description says what a client does after each
   * @param reason at most 123 bytes of it are sent @default the code's text
   * @throws RangeError where WebSocket knows no such code to send
   */
  close(code: number = CloseCode.NORMAL, reason?: string): void {
    const text = closeReason(code, reason);
    if (!this.open) return;
    this.flush();
    this.#closing = true;
    this.#inbox.close();
    this.#socket.end(code, text);
  }

  /**
   * Calls a procedure that the client has registered; of one that streams, only the return value is given.
   * @throws AppError what the client answers; `TIMEOUT`; `UNAVAILABLE` where the connection closes before; `OVERLOADED`
   * where `maxCalls` are in flight; also EncodeError, RangeError, TypeError for a bad name; the signal's reason
   */
  call(procedure: string, input?: unknown, options?: ClientCallOptions): Promise<unknown> {
    return this.#calls().call(procedure, input, options);
  }

  /** Calls a streaming procedure of the client when its first item is asked for; `break` cancels. Throws as `call` does. */
  stream(
    procedure: string,
    input?: unknown,
    options?: ClientStreamOptions,
  ): AsyncGenerator<unknown, unknown, undefined> {
    return this.#calls().stream(procedure, input, options);
  }

  #calls(): ClientCalls {
    this.clientCalls ??= new ClientCalls(this, this.#services.maxCalls);
    return this.clientCalls;
  }

  /**
   * @internal Encodes a message at once and sends it at the end of the turn, with all else that is said by then.
   * @throws EncodeError where it cannot be encoded; nothing is sent then
   */
  send(message: ServerMessage): void {
    if (this.open) this.#outbox.add(this.#codec.encode(message), message[0]);
  }

  /** @internal Sends a message whose last element is encoded already. @throws EncodeError where it is none for JSON */
  sendEncoded(kind: typeof Kind.RESULT | typeof Kind.CHUNK, id: number, encoded: Encoded): void {
    if (this.open) this.#outbox.add(encodedPiece(kind, id, encoded, this.binary, this.#services), kind);
  }

  /** @internal Sends an EVENT that is encoded already, in this connection's format, with all else of this turn. */
  sendPiece(piece: Frame): void {
    if (this.open) this.#outbox.add(piece, Kind.EVENT);
  }

  /** @internal Sends the frame of an EVENT at once, behind what has gathered. */
  sendFrame(frame: Frame, kind: Kind | null = Kind.EVENT): void {
    this.#outbox.sendFrame(frame, kind);
  }

  /** @internal Sends what has gathered. */
  flush(): void {
    this.#outbox.flush();
  }

  /** @internal Resolves when everything sent has been taken by the kernel, or the connection is gone. */
  drain(): Promise<void> {
    return this.#outbox.drain();
  }

  /** @internal What it gets of all that the transport publishes. */
  get feed(): Pick<Socket, "subscribe" | "unsubscribe" | "isSubscribed"> {
    return this.#socket;
  }

  /** @internal Asks for a sign of life. Protocol ping for all, and a message for clients that cannot see that one. */
  probe(): void {
    this.uncounted = 0;
    this.malformed = 0; // slips over days are no flood of nonsense
    this.#socket.ping();
    if (this.session?.lasting === true) this.send([Kind.PING]);
  }

  /** @internal */
  message(bytes: ArrayBuffer, binary: boolean): void {
    this.silentBeats = 0;
    this.#inbox.receive(bytes, binary);
  }

  /** @internal Whether it is being found out whose it is. */
  get held(): boolean {
    return this.#inbox.held;
  }

  /** @internal Keeps what comes from now on, until `release`. */
  hold(): void {
    this.#inbox.hold();
  }

  /** @internal Does what was kept, in order, and keeps nothing any more. */
  release(): void {
    this.#inbox.release();
  }

  /** @internal */
  alive(): void {
    this.silentBeats = 0;
    this.#services.received(this, 0);
  }

  /** @internal */
  drained(): void {
    this.#outbox.drained();
  }

  /** @internal A publication was lost on it: better to close, so that it comes back, than to leave a silent gap. */
  dropped(): void {
    if (this.#closing) return;
    this.#services.counters.slowReaders++;
    this.close(CloseCode.SLOW_READER);
  }

  /** @internal */
  closed(code: number): void {
    this.#inbox.whenDone(() => {
      this.#closing = true;
      this.#inbox.close();
      this.#outbox.closed();
      this.clientCalls?.closed();
      this.#services.closed(this, code);
    });
  }
}
