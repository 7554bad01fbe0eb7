import { Kind, type PingMessage } from "../../shared/message.ts";
import type { Connection } from "../connection/connection.ts";

/** Sends back what came. */
export function handlePing(connection: Connection, message: PingMessage): void {
  connection.send(message.length > 1 ? [Kind.PONG, message[1]] : [Kind.PONG]);
}
