import type { PongMessage } from "../../shared/message.ts";
import { isTaken } from "../../shared/stream-window.ts";
import type { Connection } from "../connection/connection.ts";

/** A sign of life; every message is one. And, where the echo says so, how far the reader of a stream is. */
export function handlePong(connection: Connection, message: PongMessage): void {
  const echo = message[1];
  if (isTaken(echo)) connection.calls?.get(echo[1] as number)?.taken(echo[2]);
}
