import { errorReply } from "../../shared/errors.ts";
import { Kind, type PublishMessage } from "../../shared/message.ts";
import type { Connection } from "../connection/connection.ts";
import type { Services } from "../dispatch/services.ts";

/** Publishes to a channel, and acknowledges once the publication has its place in the channel's order. */
export function handlePublish(connection: Connection, message: PublishMessage, { publisher }: Services): void {
  const [, id, channel, data] = message;
  if (typeof id !== "number") {
    publisher.publishFromClient(channel, data, undefined);
    return;
  }
  publisher.publishFromClient(channel, data, (error, offset) => {
    if (error !== undefined) connection.send(errorReply(id, error));
    else connection.send(offset === undefined ? [Kind.ACK, id] : [Kind.ACK, id, { offset }]);
  });
}
