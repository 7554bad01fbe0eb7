import { type AppError, errorReply } from "../../shared/errors.ts";
import { Kind, type PublishMessage } from "../../shared/message.ts";
import type { Connection } from "../connection/connection.ts";
import type { Services } from "../dispatch/services.ts";
import { publicationKey } from "../sessions/key-name.ts";

/** Publishes to a channel, and acknowledges once the publication has its place in the channel's order. */
export function handlePublish(connection: Connection, message: PublishMessage, services: Services): void {
  const [, id, channel, data, options] = message;
  const { publisher } = services;
  const from = connection.network;
  if (typeof id !== "number") {
    publisher.publishFromClient(channel, data, undefined, { publisher: from });
    return;
  }
  const done = (error: AppError | undefined, offset?: number) => {
    if (error !== undefined) connection.send(errorReply(id, error));
    else connection.send(offset === undefined ? [Kind.ACK, id] : [Kind.ACK, id, { offset }]);
  };
  const own = options?.key ?? undefined;
  const key = own && publicationKey(services.sessions.of(connection).id, own);
  publisher.publishFromClient(channel, data, done, { key, publisher: from });
}
