import type { ClientMessage, ServerMessage } from "../../shared/message.ts";
import type { Connection } from "../connection/connection.ts";

/** Who plays the client of a connection without a network, and what it is like. */
export interface LocalClientOptions {
  /** @default "/" */
  readonly path?: string;
  /** Of the URL, without "?". @default none */
  readonly query?: string;
  /** Of the request, in lower case. @default none */
  readonly headers?: Readonly<Record<string, string>>;
  /** Its IP address, as far as the server is concerned. @default "127.0.0.1" */
  readonly address?: string;
  /** What it speaks. @default "msgpack" */
  readonly format?: "msgpack" | "json";
  /** The server says something. @default nobody listens, and nothing is decoded */
  message?(message: ServerMessage): void;
  /** It is closed; the last call of all. @param code 1006 where nobody said goodbye */
  closed?(code: number, reason: string): void;
}

/** The client's end of a connection without a network. */
export interface LocalClient {
  /** What the server makes of it. */
  readonly connection: Connection;
  /** Whether anything said now can still arrive. */
  readonly open: boolean;
  /** Says something: a message of the protocol, or several as one frame. It arrives in the next turn of the event loop. */
  send(...messages: readonly ClientMessage[]): void;
  /** Says goodbye. @param code @default 1000 */
  close(code?: number): void;
}
