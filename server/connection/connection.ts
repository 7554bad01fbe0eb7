import type { Codec } from "../../shared/codec.ts";
import { CloseCode } from "../../shared/codes.ts";
import { type Frame, Kind, type ServerMessage } from "../../shared/message.ts";
import { type Encoded, encodedPiece } from "../dispatch/encoded.ts";
import type { Session } from "../sessions/session.ts";
import type { Tags } from "../tags/tags.ts";
import { networkOf } from "../transport/network-of.ts";
import type { Socket, SocketOwner, UpgradeRequest } from "../transport/transport.ts";
import { type ClientCallOptions, ClientCalls, type ClientStreamOptions } from "./client-calls.ts";
import { closeReason } from "./close-reason.ts";
import { ConnectionNotes } from "./connection-notes.ts";
import type { ConnectionServices } from "./connection-services.ts";
import { Inbox } from "./inbox.ts";
import { Outbox } from "./outbox.ts";
import { receive } from "./reading.ts";

/** One client, as the server sees it. */
export class Connection extends ConnectionNotes implements SocketOwner {
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
  /** @internal */
  readonly socket: Socket;
  /** @internal What it shares with others. */
  readonly services: ConnectionServices;
  /** @internal What there is to say to its client. */
  readonly outbox: Outbox;
  #network: string | undefined;

  constructor(id: string, socket: Socket, request: UpgradeRequest, binary: boolean, services: ConnectionServices) {
    super();
    this.id = id;
    this.path = request.path;
    this.query = request.query;
    this.address = request.address;
    this.binary = binary;
    this.socket = socket;
    this.services = services;
    this.outbox = new Outbox(this);
  }

  /** Who its client is; undefined while nobody has said so. */
  get user(): string | undefined {
    return this.session === undefined ? this.identity?.user : this.session.user;
  }

  /** @internal Whether there is nobody behind it: it is for one call, and in nobody's list. */
  get internal(): boolean {
    return false;
  }

  /** @internal What replies are encoded by. */
  get codec(): Codec {
    return this.binary ? this.services.msgpack : this.services.json;
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
    return this.services.maxPayload;
  }

  /** Whether anything sent now can still arrive. */
  get open(): boolean {
    return this.socket.open && !this.closing;
  }

  /** Bytes sent that the kernel has not taken yet: a measure of how slowly the client reads. */
  get unsent(): number {
    return this.outbox.unsent;
  }

  /** @internal Whose its client is, where clients are told apart by their addresses. */
  get network(): string {
    // an IPv6 address has to be taken apart for it
    this.#network ??= networkOf(this.address);
    return this.#network;
  }

  /** @internal Whether all that came of the client has been done, calls in flight aside. */
  get idle(): boolean {
    return this.inbox === undefined;
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
    this.closing = true;
    this.inbox?.close();
    this.socket.end(code, text);
  }

  /**
   * Calls a procedure that the client has registered; of one that streams, only the return value is given.
   * @throws AppError what the client answers; `TIMEOUT`; `UNAVAILABLE` where the connection closes before; `OVERLOADED`
   * where `maxCalls` are in flight; also EncodeError, RangeError, TypeError for a bad name; the signal's reason
   */
  call(procedure: string, input?: unknown, options?: ClientCallOptions): Promise<unknown> {
    return callsOf(this).call(procedure, input, options);
  }

  /** Calls a streaming procedure of the client when its first item is asked for; `break` cancels. Throws as `call` does. */
  stream(
    procedure: string,
    input?: unknown,
    options?: ClientStreamOptions,
  ): AsyncGenerator<unknown, unknown, undefined> {
    return callsOf(this).stream(procedure, input, options);
  }

  /**
   * @internal Encodes a message at once and sends it at the end of the turn, with all else that is said by then.
   * @throws EncodeError where it cannot be encoded; nothing is sent then
   */
  send(message: ServerMessage): void {
    if (this.open) this.outbox.add(this.codec.encode(message), message[0]);
  }

  /** @internal Sends a message whose last element is encoded already. @throws EncodeError where it is none for JSON */
  sendEncoded(kind: typeof Kind.RESULT | typeof Kind.CHUNK, id: number, encoded: Encoded): void {
    if (this.open) this.outbox.add(encodedPiece(kind, id, encoded, this.binary, this.services), kind);
  }

  /** @internal Sends an EVENT that is encoded already, in this connection's format, with all else of this turn. */
  sendPiece(piece: Frame): void {
    if (this.open) this.outbox.add(piece, Kind.EVENT);
  }

  /** @internal Sends the frame of an EVENT at once, behind what has gathered. */
  sendFrame(frame: Frame, kind: Kind | null = Kind.EVENT): void {
    this.outbox.sendFrame(frame, kind);
  }

  /** @internal Sends what has gathered. */
  flush(): void {
    this.outbox.flush();
  }

  /** @internal Resolves when everything sent has been taken by the kernel, or the connection is gone. */
  drain(): Promise<void> {
    return this.outbox.drain();
  }

  /** @internal What it gets of all that the transport publishes. */
  get feed(): Pick<Socket, "subscribe" | "unsubscribe" | "isSubscribed"> {
    return this.socket;
  }

  /** @internal Asks for a sign of life. Protocol ping for all, and a message for clients that cannot see that one. */
  probe(): void {
    this.uncounted = 0;
    this.malformed = 0; // slips over days are no flood of nonsense
    this.socket.ping();
    if (this.session?.lasting === true) this.send([Kind.PING]);
  }

  /** @internal */
  message(bytes: ArrayBuffer, binary: boolean): void {
    this.silentBeats = 0;
    receive(this, bytes, binary);
  }

  /** @internal Whether it is being found out whose it is. */
  get held(): boolean {
    return this.inbox?.held === true;
  }

  /** @internal Where what its client says waits from now on. */
  waiting(): Inbox {
    this.inbox ??= new Inbox(this);
    return this.inbox;
  }

  /** @internal Keeps what comes from now on, until `release`. */
  hold(): void {
    this.waiting().hold();
  }

  /** @internal Does what was kept, in order, and keeps nothing any more. */
  release(): void {
    this.inbox?.release();
  }

  /** @internal */
  alive(): void {
    this.silentBeats = 0;
    this.services.received(this, 0);
  }

  /** @internal */
  drained(): void {
    this.outbox.drained();
  }

  /** @internal A publication was lost on it: better to close, so that it comes back, than to leave a silent gap. */
  dropped(): void {
    if (this.closing) return;
    this.services.counters.slowReaders++;
    this.close(CloseCode.SLOW_READER);
  }

  /** @internal */
  closed(code: number): void {
    const done = () => {
      this.closing = true;
      this.inbox?.close();
      this.outbox.closed();
      this.clientCalls?.closed();
      this.services.closed(this, code);
    };
    if (this.inbox === undefined) done();
    else this.inbox.whenDone(done);
  }
}

/** What is asked of a connection's client. */
function callsOf(connection: Connection): ClientCalls {
  connection.clientCalls ??= new ClientCalls(connection, connection.services.maxCalls);
  return connection.clientCalls;
}
