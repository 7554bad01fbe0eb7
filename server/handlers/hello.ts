import { CloseCode } from "../../shared/codes.ts";
import { AppError, errorReply } from "../../shared/errors.ts";
import type { HelloMessage, HelloOptions, SubscribedInfo } from "../../shared/message.ts";
import { sendAway } from "../auth/refusal.ts";
import type { Connection } from "../connection/connection.ts";
import type { Services } from "../dispatch/services.ts";
import { welcome } from "../dispatch/welcome.ts";
import type { Resumed, Resumption } from "../sessions/sessions.ts";

/** Introduces a client: who it is, and that it goes on with the session it had, or gets a new one. What follows waits for that. */
export function handleHello(connection: Connection, [, options]: HelloMessage, services: Services): void {
  if (connection.spoke) {
    connection.send(errorReply(null, new AppError("BAD_REQUEST", "HELLO comes first, and once.")));
    return;
  }
  const { token, resume } = (options as HelloOptions | null | undefined) ?? {};
  const { authenticator } = services;
  if (token == null || !authenticator.enabled) {
    begin(connection, resume ?? undefined, services);
    return;
  }
  connection.hold();
  authenticator.identify(token, connection.presented ?? connection).then(
    (identity) => {
      if (!connection.open) return;
      connection.identity = identity;
      begin(connection, resume ?? undefined, services);
    },
    (error: AppError) => {
      services.counters.unauthenticated++;
      sendAway(connection, error);
    },
  );
}

function begin(connection: Connection, resume: Resumption | undefined, services: Services): void {
  const { counters } = services;
  const anew = () => {
    welcome(connection, services.sessions.open(connection), false, services);
    services.watch.look(connection);
    connection.release();
  };
  if (resume === undefined) {
    counters.newSessions++;
    anew();
    return;
  }
  connection.hold();
  services.sessions.resume(connection, resume, (error, resumed) => {
    if (error?.code === "UNAUTHENTICATED") {
      counters.unauthenticated++;
      sendAway(connection, error);
    } else if (error !== undefined) {
      counters.notYetResumed++;
      // not known yet, or a later connection's: a new session now would cost the old one
      connection.close(CloseCode.TRY_LATER);
    } else if (resumed === undefined) {
      counters.notResumed++;
      anew();
    } else {
      counters.resumed++;
      goOn(connection, resumed, resume, services);
    }
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
  const { hub, presence, sessions, config, access } = services;
  const before = new Set(channels);
  const names = new Set(wanted == null ? channels : Object.keys(wanted).slice(0, config.maxChannels));
  for (const channel of before) if (!names.has(channel)) sessions.unsubscribed(session, channel);
  const places = new Map<string, SubscribedInfo>();
  const starts: { begin(): void }[] = [];
  let left = 1;
  const done = () => {
    left--;
    if (left > 0) return;
    services.remote.resume(connection, (adopt) => {
      welcome(connection, secret, true, services, places);
      services.watch.look(connection);
      for (const start of starts) start.begin();
      // before anything else of the client's is done, as it may cancel them
      adopt();
      connection.release();
    });
  };
  for (const channel of names) {
    left++;
    // one that is refused now is no longer subscribed to, as the client finds out when it asks
    const asked = (wanted && Object.hasOwn(wanted, channel) ? wanted[channel] : undefined) ?? undefined;
    const subscribed: Parameters<typeof hub.subscribe>[3] = (error, start) => {
      // it went meanwhile, and its subscriptions here with it: the session has them still
      if (!connection.open) return;
      if (start !== undefined) starts.push(start);
      if (error === undefined && asked !== undefined) places.set(channel, start?.info ?? { recovered: false });
      if (error !== undefined) sessions.unsubscribed(session, channel);
      else if (!before.has(channel)) sessions.subscribed(session, channel);
      done();
    };
    access.subscription({ connection, channel, watch: false, since: asked }, (refusal, since) => {
      if (refusal !== undefined) {
        subscribed(refusal, undefined);
        return;
      }
      const subscribe = (into: typeof subscribed) => hub.subscribe(connection, channel, since, into, true);
      presence.around(connection, channel, false, subscribe, subscribed);
    });
  }
  done();
}
