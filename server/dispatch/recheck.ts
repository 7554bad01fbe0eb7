import { AppError, errorReply } from "../../shared/errors.ts";
import type { Connection } from "../connection/connection.ts";
import type { Services } from "./services.ts";

/**
 * A connection is another user's than before: what it is subscribed to may not be for that one. It is told of each
 * subscription that ends by an ERROR without id, whose details name the channel.
 */
export function recheck(connection: Connection, services: Services): void {
  const { access, hub, presence, sessions } = services;
  for (const channel of [...(connection.channels ?? [])]) {
    access.check(connection, "subscribe", channel, undefined, (refusal) => {
      if (refusal === undefined || connection.channels?.has(channel) !== true) return;
      presence.leave(connection, channel);
      hub.unsubscribe(connection, channel);
      if (connection.session !== undefined) sessions.unsubscribed(connection.session, channel);
      const text = `The subscription to "${channel}" has ended: it is not for who you are now.`;
      connection.send(errorReply(null, new AppError(refusal.code, text, { channel })));
    });
  }
}
