import { Kind, type PingMessage } from "../../shared/message.ts";
import type { Connection } from "../connection/connection.ts";

/** Sends back what came: at once, or, where it asks how far the reader of a stream is, when that is so far. */
export function handlePing(connection: Connection, message: PingMessage): void {
  if (connection.clientCalls?.holdsPing(message[1]) === true) return;
  connection.send(message.length > 1 ? [Kind.PONG, message[1]] : [Kind.PONG]);
}
