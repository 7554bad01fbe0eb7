import { AppError, errorReply } from "../../shared/errors.ts";
import { type AuthMessage, Kind } from "../../shared/message.ts";
import type { Identity } from "../auth/credentials.ts";
import type { Connection } from "../connection/connection.ts";
import type { Services } from "../dispatch/services.ts";
import { overloaded } from "../overloaded.ts";

/** How long who asks too much is asked to wait, in milliseconds. */
const RETRY_AFTER_MS = 1_000;
/** Connections whose token is being looked at. */
const asking = new WeakSet<Connection>();

/** A fresh token of the same user, or the first one of a connection that is nobody's. */
export function handleAuth(connection: Connection, [, id, token]: AuthMessage, services: Services): void {
  const { authenticator } = services;
  const refuse = (error: unknown) => connection.send(errorReply(id, error));
  if (!authenticator.enabled) {
    refuse(new AppError("NOT_FOUND", "This server authenticates nobody."));
    return;
  }
  if (asking.has(connection)) {
    const text = "Another token is being looked at.";
    refuse(overloaded(RETRY_AFTER_MS, text));
    return;
  }
  asking.add(connection);
  void authenticator
    .identify(token, connection.presented ?? connection)
    .then((identity) => take(connection, id, identity, services))
    .catch(refuse)
    .finally(() => asking.delete(connection));
}

function take(connection: Connection, id: number, identity: Identity, { sessions, watch }: Services): void {
  if (!connection.open) return;
  const session = sessions.of(connection);
  if (session.proven && session.user !== identity.user) {
    // what it is subscribed to was for the other one
    throw new AppError("FORBIDDEN", "This token is another user's: connect anew with it.");
  }
  connection.identity = identity;
  session.prove(identity);
  watch.look(connection);
  connection.send([Kind.ACK, id]);
}
