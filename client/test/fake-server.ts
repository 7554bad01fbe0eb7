import { isBatch } from "../../shared/codec.ts";
import { type ClientMessage, Kind, type MessageOf, type ServerMessage } from "../../shared/message.ts";
import { createMsgpackCodec } from "../../shared/msgpack-codec.ts";
import { portableDeflate } from "../../shared/portable-deflate.ts";
import { complaintAboutClientMessage } from "../../shared/validate-message.ts";
import type { WebSocketConstructor } from "../web-socket.ts";
import { FakeSocket } from "./fake-socket.ts";

export const WELCOME = {
  session: "session-1",
  secret: "secret",
  resumed: false,
  node: "test",
  worker: 1,
  heartbeatMs: 25_000,
  maxPayload: 1_048_576,
};

/** What a server does with a message of one connection. */
export type Answer = (message: ClientMessage, connection: FakeConnection) => void;

/** One client's connection, seen from the server. */
export class FakeConnection {
  /** What came, frame by frame. */
  readonly frames: ClientMessage[][] = [];
  readonly socket: FakeSocket;
  readonly #codec = createMsgpackCodec({ deflate: portableDeflate });

  constructor(socket: FakeSocket, answer: Answer) {
    this.socket = socket;
    socket.sent = (data) => {
      const decoded = this.#codec.decode(data);
      const frame = (isBatch(decoded) ? decoded : [decoded]) as ClientMessage[];
      for (const message of frame) {
        const wrong = complaintAboutClientMessage(message);
        if (wrong !== undefined) throw new Error(`The client sent what is no message: ${wrong}`);
      }
      this.frames.push(frame);
      for (const message of frame) answer(message, this);
    };
  }

  get messages(): ClientMessage[] {
    return this.frames.flat();
  }

  /** The messages of one kind that came. */
  of<K extends ClientMessage[0]>(kind: K): MessageOf<K>[] {
    return this.messages.filter((message) => message[0] === kind) as unknown as MessageOf<K>[];
  }

  /** Sends messages as one frame. */
  send(...messages: ServerMessage[]): void {
    this.socket.deliver(this.#codec.frame(messages.map((message) => this.#codec.encode(message))));
  }

  /** Answers the newest call, or whatever has an id. */
  answer(data: unknown): void {
    const call = this.of(Kind.CALL).at(-1);
    if (call === undefined) throw new Error("Nothing was called.");
    this.send([Kind.RESULT, call[1], data]);
  }

  /** Closes, as a server or, with 1006, a lost network does. */
  hangUp(code: number, reason = ""): void {
    this.socket.ended(code, reason);
  }
}

/** A server in memory: speaks the protocol over sockets that a client dials by `webSocket`. */
export class FakeServer {
  readonly connections: FakeConnection[] = [];
  readonly dialled: { url: string; protocols: string[] }[] = [];
  readonly webSocket: WebSocketConstructor;
  /** Whether it can be reached: "silent" lets clients dial for ever. */
  network: "up" | "down" | "silent" = "up";

  /** @param answer what is done with each message; HELLO is answered where this is left out */
  constructor(answer: Answer = sayWelcome) {
    const dial = (url: string, protocols: string[], socket: FakeSocket) => {
      this.dialled.push({ url, protocols });
      if (this.network === "silent") return;
      if (this.network === "down") return queueMicrotask(() => socket.ended(1006, ""));
      queueMicrotask(() => {
        if (socket.state !== "connecting") return;
        this.connections.push(new FakeConnection(socket, answer));
        socket.opened();
      });
    };
    this.webSocket = class extends FakeSocket {
      constructor(url: string, protocols: string[]) {
        super();
        dial(url, protocols, this);
      }
    };
  }

  /** The newest connection. */
  get connection(): FakeConnection {
    const newest = this.connections.at(-1);
    if (newest === undefined) throw new Error("Nobody has connected.");
    return newest;
  }
}

export function sayWelcome(message: ClientMessage, connection: FakeConnection): void {
  if (message[0] === Kind.HELLO) connection.send([Kind.WELCOME, WELCOME]);
}

/** Welcomes, and goes on with whatever session a client had. */
export function resume(message: ClientMessage, connection: FakeConnection): void {
  if (message[0] !== Kind.HELLO) return;
  connection.send([Kind.WELCOME, { ...WELCOME, resumed: message[1].resume !== undefined }]);
}

/** Welcomes, and grants every subscription. */
export function grant(message: ClientMessage, connection: FakeConnection): void {
  sayWelcome(message, connection);
  if (message[0] === Kind.SUBSCRIBE) connection.send([Kind.SUBSCRIBED, message[1], {}]);
  if (message[0] === Kind.UNSUBSCRIBE) connection.send([Kind.ACK, message[1]]);
}
