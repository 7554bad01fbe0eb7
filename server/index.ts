/**
 * Fugitive's server: applications, their procedures, channels, plugins and hooks.
 *
 * @module fugitive/server
 */
export { AppError } from "../shared/errors.ts";
export type { ClientMessage, ServerMessage } from "../shared/message.ts";
export type { IceServer, PeerPolicy, PeerSeek } from "../shared/peers.ts";
export type { PresenceChange, PresenceMember } from "../shared/presence.ts";
export type { StandardSchema } from "../shared/standard-schema.ts";
export {
  type App,
  type AppDefinition,
  type ChannelRule,
  defineApp,
  type Middleware,
  type ProcedureDefinition,
  type ProcedureOptions,
  type Reply,
  type RevokeOptions,
  type RevokeTarget,
  type ServerEvents,
  type ToTagged,
  type ToUser,
  type UserActions,
} from "./app.ts";
export type { Authenticate, AuthenticateResult, Credentials, Identity } from "./auth/credentials.ts";
export type { Priority } from "./compute/fair-queue.ts";
export type { Task, TaskContext } from "./compute/task.ts";
export { type ThreadOptions, type ThreadProcedure, thread } from "./compute/thread.ts";
export { type Config, ConfigError, type LoadedConfig, loadConfig } from "./config.ts";
export type { ClientCallOptions, ClientStreamOptions } from "./connection/client-calls.ts";
export type { Connection } from "./connection/connection.ts";
export type { ConnectionFacts } from "./control/control-questions.ts";
export type { CallContext } from "./dispatch/context.ts";
export type { AuthorizeCall, Verdict } from "./dispatch/guard.ts";
export type { HealthReport } from "./health.ts";
export { defineHooks, type Hooks } from "./hooks/hooks.ts";
export type { LocalClient, LocalClientOptions } from "./hooks/local-client.ts";
export type { PrimaryApi, WorkerReport } from "./hooks/primary-api.ts";
export type { LocalConnections, SocketWorkerApi } from "./hooks/socket-worker-api.ts";
export type { Logger } from "./logger.ts";
export type { PathOptions } from "./paths/path-options.ts";
export type { FirstTags } from "./paths/paths.ts";
export type { PeerLimits, PeersDefinition, PeerVerdict } from "./peers/peer-options.ts";
export { definePlugin, type Plugin, type PluginApi } from "./plugin.ts";
export type { AuthorizeChannel, ChannelAction, ChannelRequest } from "./pubsub/channel-guard.ts";
export type { HistoryOptions } from "./pubsub/history-rule.ts";
export type { PresenceOptions } from "./pubsub/presence-rule.ts";
export type { SlowReaderPolicy } from "./pubsub/slow-readers.ts";
export {
  type QueueOf,
  type QueueOptions,
  type QueueProcedure,
  queue,
  queuesFor,
} from "./queued/queue-procedure.ts";
export type { RateLimit, RateLimitBy } from "./rates/rate-rule.ts";
export { createServer, type Server, type ServerOptions } from "./server.ts";
export type { TagChanges, Tags } from "./tags/tags.ts";
