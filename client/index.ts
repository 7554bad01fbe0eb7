/**
 * The client, for browsers and Node.js.
 *
 * @module fugitive/client
 */
import type { Contract } from "../shared/contract.ts";
import { type Deflate, INFLATE_ERRORS } from "../shared/deflate.ts";
import { Client } from "./client.ts";
import { fetchCode } from "./fetch-code.ts";
import { lateDeflate } from "./late-deflate.ts";
import type { ClientOptions } from "./options.ts";
import type { UntypedContract } from "./types.ts";

export type { Contract } from "../shared/contract.ts";
export { AppError } from "../shared/errors.ts";
export type { AckInfo, Position, WelcomeInfo } from "../shared/message.ts";
export type { PresenceChange, PresenceCounts, PresenceMember } from "../shared/presence.ts";
export type { Gap, SubscriptionChange, SubscriptionState } from "./channel-subscription.ts";
export type { Client } from "./client.ts";
export type { ExpiringToken, GivenToken, TokenRequest, TokenSource } from "./credentials.ts";
export type { CallOutcome, ClientEvents, ReconnectedInfo } from "./events.ts";
export type { LinkState, StateReason } from "./link.ts";
export type { MethodDescription, MethodDescriptions, MethodsFrom } from "./methods.ts";
export type { ClientMiddleware, Verdict } from "./middleware.ts";
export type { QueuePolicy } from "./offline-queue.ts";
export type { CallOptions, ClientOptions, PublishOptions, RequestOptions } from "./options.ts";
export type { Peer, PeerEvents } from "./peers/peer.ts";
export type {
  PeerCallOptions,
  PeerProcedure,
  PeerProcedureCall,
  PeerState,
  PeerStats,
  Peers,
  PeerTypes,
  SeekOptions,
} from "./peers/peer-types.ts";
export type { RtcConstructor } from "./peers/rtc.ts";
export type { Seek } from "./peers/seek.ts";
export type { SeekEvents } from "./peers/seek-events.ts";
export { type ClientPlugin, definePlugin, type PluginApi } from "./plugin.ts";
export type { ClientProcedure, ProcedureCall } from "./procedures.ts";
export type { Overflow, SubscriptionOptions } from "./publication-buffer.ts";
export type { ReconnectOptions } from "./reconnect-options.ts";
export { story } from "./story.ts";
export type { StreamOptions } from "./stream.ts";
export type { Publication, PublicationInfo, Subscription } from "./subscription.ts";
export type { Tolerance } from "./tolerance.ts";
export type { UntypedContract } from "./types.ts";
export type { WebSocketConstructor, WebSocketLike } from "./web-socket.ts";
export type { OffloadOptions } from "./workers/offload-options.ts";
export type { ShareOptions } from "./workers/share-options.ts";
export type { WorkerPool } from "./workers/worker-pool.ts";

/**
 * Connects to a server. Returns at once; everything may be used before the connection is there.
 *
 * @param url ws, wss, http or https; in a browser it may be relative to the page
 * @throws TypeError where the address is malformed, or where the platform has no WebSocket
 * @example
 * const client = connect<typeof app>("ws://localhost:8080");
 * await client.call("math.add", { x: 1, y: 6 });
 */
export function connect<App extends Contract = UntypedContract>(
  url: string | URL,
  options: ClientOptions = {},
): Client<App> {
  const webSocket = options.webSocket ?? globalThis.WebSocket;
  if (webSocket === undefined) throw new TypeError("There is no WebSocket here; pass one as options.webSocket.");
  return new Client<App>(url, options, webSocket, lateDeflate(fetchDeflate));
}

/** Most pages never see a message large enough: what (in)flates is fetched by those that do. */
const load = /* @__PURE__ */ fetchCode(() => import("./page-deflate.ts"));

async function fetchDeflate(): Promise<Deflate> {
  const { createPageDeflate } = await load();
  return createPageDeflate(INFLATE_ERRORS);
}
