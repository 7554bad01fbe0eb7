import { type AppError, errorReply } from "../../shared/errors.ts";
import { Kind, type PublishMessage } from "../../shared/message.ts";
import type { Connection } from "../connection/connection.ts";
import type { Services } from "../dispatch/services.ts";
import { publicationKey } from "../sessions/key-name.ts";

/** Publishes to a channel, and acknowledges once the publication has its place in the channel's order. */
export function handlePublish(connection: Connection, message: PublishMessage, services: Services): void {
  const { access } = services;
  if (!access.guarded) {
    publish(connection, message, services);
    return;
  }
  const [, id, channel, data] = message;
  access.check(connection, "publish", channel, data, (refusal) => {
    if (refusal === undefined) publish(connection, message, services);
    else if (typeof id === "number") connection.send(errorReply(id, refusal));
  });
}

function publish(connection: Connection, message: PublishMessage, { publisher, sessions }: Services): void {
  const [, id, channel, data, options] = message;
  if (typeof id !== "number") {
    publisher.publishFromClient(connection, channel, data, undefined);
    return;
  }
  const done = (error: AppError | undefined, offset?: number) => {
    if (error !== undefined) connection.send(errorReply(id, error));
    else connection.send(offset === undefined ? [Kind.ACK, id] : [Kind.ACK, id, { offset }]);
  };
  const key = options?.key ?? undefined;
  const name = key && publicationKey(sessions.of(connection).id, key);
  publisher.publishFromClient(connection, channel, data, done, name);
}
