import { DEFAULT_BUDGET } from "../../shared/budget.ts";
import { CloseCode } from "../../shared/codes.ts";
import { AppError, errorReply } from "../../shared/errors.ts";
import { type HelloMessage, type HelloOptions, Kind, type SubscribedInfo } from "../../shared/message.ts";
import type { Connection } from "../connection/connection.ts";
import type { Services } from "../dispatch/services.ts";
import type { Resumed, Resumption } from "../sessions/sessions.ts";

/** Introduces a client: it goes on with the session it had, or gets a new one. What follows waits for that. */
export function handleHello(connection: Connection, [, options]: HelloMessage, services: Services): void {
  if (connection.spoke) {
    connection.send(errorReply(null, new AppError("BAD_REQUEST", "HELLO comes first, and once.")));
    return;
  }
  const { resume } = (options as HelloOptions | null | undefined) ?? {};
  if (resume == null) {
    welcome(connection, services.sessions.open(connection), false, services);
    return;
  }
  connection.hold();
  services.sessions.resume(connection, resume, (error, resumed) => {
    // not known yet, or a later connection's: a new session now would cost the old one
    if (error !== undefined) connection.close(CloseCode.TRY_LATER);
    else if (resumed === undefined) {
      welcome(connection, services.sessions.open(connection), false, services);
      connection.release();
    } else goOn(connection, resumed, resume, services);
  });
}

/**
 * Subscribes to what the session was subscribed to, or rather to what the client says; WELCOME waits for it, and tells
 * what became of the places that the client said. What it missed comes after that.
 */
function goOn(
  connection: Connection,
  { session, channels }: Resumed,
  { secret, channels: wanted }: Resumption,
  services: Services,
): void {
  const { hub, presence, sessions, config } = services;
  const before = new Set(channels);
  const names = new Set(wanted == null ? channels : Object.keys(wanted).slice(0, config.maxChannels));
  for (const channel of before) if (!names.has(channel)) sessions.unsubscribed(session, channel);
  const places = new Map<string, SubscribedInfo>();
  const starts: { begin(): void }[] = [];
  let left = 1;
  const done = () => {
    left--;
    if (left > 0) return;
    welcome(connection, secret, true, services, places);
    for (const start of starts) start.begin();
    connection.release();
  };
  for (const channel of names) {
    left++;
    // one that is refused now is no longer subscribed to, as the client finds out when it asks
    const since = (wanted && Object.hasOwn(wanted, channel) ? wanted[channel] : undefined) ?? undefined;
    const subscribed: Parameters<typeof hub.subscribe>[3] = (error, start) => {
      // it went meanwhile, and its subscriptions here with it: the session has them still
      if (!connection.open) return;
      if (start !== undefined) starts.push(start);
      if (error === undefined && since !== undefined) places.set(channel, start?.info ?? { recovered: false });
      if (error !== undefined) sessions.unsubscribed(session, channel);
      else if (!before.has(channel)) sessions.subscribed(session, channel);
      done();
    };
    const subscribe = (done: typeof subscribed) => hub.subscribe(connection, channel, since, done, true);
    presence.around(connection, channel, false, subscribe, subscribed);
  }
  done();
}

function welcome(
  connection: Connection,
  secret: string,
  resumed: boolean,
  { config, worker, sessions }: Services,
  places?: ReadonlyMap<string, SubscribedInfo>,
): void {
  const { id, user } = sessions.of(connection);
  const { node, heartbeatMs, maxPayload, maxElements } = config;
  // a client that batches has to know where that is less than its batches may hold
  const little = maxElements < DEFAULT_BUDGET.maxElements ? { maxElements } : {};
  const who = user === undefined ? {} : { user };
  const limits = { heartbeatMs, maxPayload, ...little };
  const channels = places === undefined || places.size === 0 ? {} : { channels: Object.fromEntries(places) };
  connection.send([Kind.WELCOME, { session: id, secret, resumed, ...who, node, worker, ...limits, ...channels }]);
  // ahead of publications, which do not wait for the end of the turn
  connection.flush();
}
