import { randomBytes } from "node:crypto";
import { AppError, errorReply } from "../../shared/errors.ts";
import { type HelloMessage, Kind } from "../../shared/message.ts";
import type { Connection } from "../connection/connection.ts";
import type { Services } from "../dispatch/services.ts";

/** Bytes of randomness in a session's id and in its secret. */
const ID_BYTES = 16;
const SECRET_BYTES = 32;

/** Introduces a client and gives it a session. */
export function handleHello(connection: Connection, _message: HelloMessage, { config, worker }: Services): void {
  if (connection.spoke) {
    connection.send(errorReply(null, new AppError("BAD_REQUEST", "HELLO comes first, and once.")));
    return;
  }
  const session = randomBytes(ID_BYTES).toString("base64url");
  const secret = randomBytes(SECRET_BYTES).toString("base64url");
  connection.session = { id: session, secret };
  const { node, heartbeatMs, maxPayload } = config;
  connection.send([Kind.WELCOME, { session, secret, resumed: false, node, worker, heartbeatMs, maxPayload }]);
}
