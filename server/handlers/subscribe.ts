import { AppError, errorReply } from "../../shared/errors.ts";
import { Kind, type Position, type SubscribeMessage } from "../../shared/message.ts";
import type { Connection } from "../connection/connection.ts";
import type { Services } from "../dispatch/services.ts";

/** Subscribes a connection to a channel or pattern. Doing so twice changes nothing. */
export function handleSubscribe(connection: Connection, message: SubscribeMessage, services: Services): void {
  const [, id, channel, options] = message;
  const watch = options?.presence === true;
  const refuse = (error: AppError) => connection.send(errorReply(id, error));
  const asked = options?.since ?? undefined;
  services.access.subscription({ connection, channel, watch, since: asked }, (error, since) => {
    if (error !== undefined) refuse(error);
    else subscribe({ connection, id, channel, watch, asked, since }, services);
  });
}

interface Wanted {
  readonly connection: Connection;
  readonly id: number;
  readonly channel: string;
  readonly watch: boolean;
  /** Where it wants to go on from, and where it may. */
  readonly asked: Position | undefined;
  readonly since: Position | undefined;
}

function subscribe(wanted: Wanted, { hub, presence, config, sessions }: Services): void {
  const { connection, id, channel, watch, asked, since } = wanted;
  if ((connection.channels?.size ?? 0) >= config.maxChannels && connection.channels?.has(channel) !== true) {
    const text = `A connection may subscribe to ${config.maxChannels} channels.`;
    connection.send(errorReply(id, new AppError("FORBIDDEN", text)));
    return;
  }
  const { session } = connection;
  const anew = connection.channels?.has(channel) !== true;
  const into = hub.subscribe.bind(hub, connection, channel, since);
  presence.around(connection, channel, watch, into, (error, start) => {
    if (error === undefined && session !== undefined && anew) sessions.subscribed(session, channel);
    if (error !== undefined) connection.send(errorReply(id, error));
    // a client that asks for what it missed must hear that it will not get it
    else connection.send([Kind.SUBSCRIBED, id, start?.info ?? (asked === undefined ? {} : { recovered: false })]);
    start?.begin();
    // before the first event, which does not wait for the end of the turn
    connection.flush();
  });
}
