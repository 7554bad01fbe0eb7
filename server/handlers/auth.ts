import { AppError, errorReply } from "../../shared/errors.ts";
import type { AuthMessage } from "../../shared/message.ts";
import type { Connection } from "../connection/connection.ts";

/** A fresh token, where there is nobody to check one. */
export function handleAuth(connection: Connection, message: AuthMessage): void {
  connection.send(errorReply(message[1], new AppError("NOT_FOUND", "This server authenticates nobody.")));
}
