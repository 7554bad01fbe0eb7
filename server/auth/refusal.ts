import { CloseCode } from "../../shared/codes.ts";
import { type AppError, errorReply } from "../../shared/errors.ts";
import type { Connection } from "../connection/connection.ts";

/** Tells a client why it cannot stay, and closes. */
export function sendAway(connection: Connection, error: AppError): void {
  connection.send(errorReply(null, error));
  connection.close(closeCodeFor(error.code));
}

/** Who is refused for what it is does not come back as it is; for all else, it had better try later. */
function closeCodeFor(code: string): number {
  if (code === "UNAUTHENTICATED") return CloseCode.UNAUTHENTICATED;
  return code === "FORBIDDEN" ? CloseCode.BANNED : CloseCode.TRY_LATER;
}
