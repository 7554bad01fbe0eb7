import type { ChannelRule, Middleware, ProcedureDefinition, ServerEvents, UserActions } from "./app.ts";
import type { Logger } from "./logger.ts";

/** What a plugin may do while it is set up, once in each socket worker. */
export interface PluginApi {
  readonly log: Logger;
  /** Registers a procedure. Throws where the name is taken. */
  procedure<Input>(name: string, definition: ProcedureDefinition<Input>): void;
  /** Adds a channel rule. Throws where there is one of this very name. */
  channel(name: string, rule: ChannelRule): void;
  /** Adds middleware around every procedure, inside what was added before. */
  use(middleware: Middleware): void;
  /** Listens; the function returned stops that. */
  on<Name extends keyof ServerEvents>(event: Name, listener: ServerEvents[Name]): () => void;
  /** Publishes to a channel from the server. */
  publish(channel: string, data: unknown): void;
  /** All connections of one user. Once clients may connect. */
  readonly toUser: UserActions["toUser"];
  /** All connections of certain tags. Once clients may connect. */
  readonly toTagged: UserActions["toTagged"];
  /** Ends all sessions of a user, or one. Once clients may connect. */
  readonly revoke: UserActions["revoke"];
}

/** Installs procedures, channels, middleware and listeners under one name. */
export interface Plugin {
  readonly name: string;
  /** May be async. A function that it returns undoes it, and is called when the server closes. */
  setup(api: PluginApi): unknown;
}

/** Defines a plugin. @example definePlugin({ name: "clock", setup: ({ procedure }) => procedure("clock.now", () => Date.now()) }) */
export function definePlugin(plugin: Plugin): Plugin {
  return plugin;
}
