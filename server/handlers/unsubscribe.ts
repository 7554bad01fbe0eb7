import { Kind, type UnsubscribeMessage } from "../../shared/message.ts";
import type { Connection } from "../connection/connection.ts";
import type { Services } from "../dispatch/services.ts";

/** Ends a subscription. Ending what is not there changes nothing. */
export function handleUnsubscribe(
  connection: Connection,
  message: UnsubscribeMessage,
  { hub, presence, sessions, access }: Services,
): void {
  access.cancel(connection, message[2]);
  presence.leave(connection, message[2]);
  if (connection.channels?.has(message[2]) === true) {
    hub.unsubscribe(connection, message[2]);
    if (connection.session !== undefined) sessions.unsubscribed(connection.session, message[2]);
  }
  connection.send([Kind.ACK, message[1]]);
}
