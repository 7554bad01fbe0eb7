import { DEFAULT_BUDGET } from "../../shared/budget.ts";
import { Kind, type SubscribedInfo } from "../../shared/message.ts";
import type { Connection } from "../connection/connection.ts";
import type { Services } from "./services.ts";

/** Answers HELLO. @param places what became of the places in channels that the client said */
export function welcome(
  connection: Connection,
  secret: string,
  resumed: boolean,
  { config, worker, sessions }: Services,
  places?: ReadonlyMap<string, SubscribedInfo>,
): void {
  const { id, user } = sessions.of(connection);
  const { node, heartbeatMs, maxElements } = config;
  // a client that batches has to know where that is less than its batches may hold
  const little = maxElements < DEFAULT_BUDGET.maxElements ? { maxElements } : {};
  const who = user === undefined ? {} : { user };
  const limits = { heartbeatMs, maxPayload: connection.maxPayload, ...little };
  const channels = places === undefined || places.size === 0 ? {} : { channels: Object.fromEntries(places) };
  connection.send([Kind.WELCOME, { session: id, secret, resumed, ...who, node, worker, ...limits, ...channels }]);
  // ahead of publications, which do not wait for the end of the turn
  connection.flush();
}
