import type { Emitter } from "../../shared/emitter.ts";
import type { App, ServerEvents, UserActions } from "../app.ts";
import type { NamedHooks } from "../hooks/hooks.ts";
import type { Logger } from "../logger.ts";

/** What a process does once it has found its role. */
export interface RunningRole {
  readonly port: number;
  publish?(channel: string, data: unknown): void;
  readonly users?: UserActions;
  close(): Promise<void>;
}

/** What a role needs that runs the application. */
export interface WithApp {
  load(): Promise<App>;
  /** Loads code beside the application. */
  hooks(): Promise<readonly NamedHooks[]>;
  readonly events: Emitter<ServerEvents>;
  readonly log: Logger;
}
