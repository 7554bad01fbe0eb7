import type { PongMessage } from "../../shared/message.ts";
import type { Connection } from "../connection/connection.ts";

/** A sign of life; every message is one. */
export function handlePong(connection: Connection, _message: PongMessage): void {
  connection.alive();
}
