import type { Emitter } from "../shared/emitter.ts";
import type { ShedOrder } from "./admission.ts";
import type { App, ServerEvents, UserActions } from "./app.ts";
import type { TaskDefinition } from "./compute/hosted-task.ts";
import type { Config } from "./config.ts";
import type { Connections } from "./connection/connections.ts";
import type { NamedHooks } from "./hooks/hooks.ts";
import type { Logger } from "./logger.ts";
import type { MakeTransport } from "./paths/mounted-transport.ts";
import type { Deal } from "./transport/deal.ts";

/** What a socket worker is started with. */
export interface SocketWorkerOptions {
  readonly app: App;
  /** Code beside the application. */
  readonly hooks: readonly NamedHooks[];
  readonly config: Config;
  /** Where the application is, where others share the process with it. @default it is the main one */
  readonly path?: string | undefined;
  /** This worker's number: from 1, or 0 where one process does all. */
  readonly worker: number;
  /** This process's number among all that were ever forked: of one worker's number there are two for a moment. */
  readonly member: number;
  /** Where the primary's bus is, and the compute host. */
  readonly bus: { readonly path: string; readonly secret: string; readonly compute: string };
  /** Who deals connections; without, they are accepted here. */
  readonly deal?: Deal | undefined;
  /** Makes the transport. */
  readonly transport: MakeTransport;
  /** What happens in this application. */
  readonly events: Emitter<ServerEvents>;
  /** What happens in all applications of the process. @default the same */
  readonly processEvents?: Emitter<ServerEvents> | undefined;
  /** Called when its last client is gone; it ends when that resolves. @default at once */
  drained?(): Promise<void>;
  readonly log: Logger;
  /** The bus to the primary broke: there is no going on. */
  lost(): void;
  /** It cannot take connections again, after it stopped for a while. */
  unable(error: Error): void;
  /** The application has tasks for a compute host. Called once at most, as a rule before this worker serves. */
  computeNeeded(tasks: readonly TaskDefinition[]): void;
}

/** A running one. */
export interface SocketWorker {
  /** The port that was opened. */
  readonly port: number;
  readonly connections: Pick<Connections, "size">;
  publish(channel: string, data: unknown): void;
  readonly users: UserActions;
  /** Makes room for others. @returns how many connections went, once they are gone */
  shed(order: ShedOrder): Promise<number>;
  /** Takes connections again, after `shed`. */
  accept(): Promise<void>;
  /**
   * Takes no more connections, lets calls in flight finish, tells clients to come back, and closes.
   * @param overMs others serve meanwhile: clients are told one after the other, over so many milliseconds
   */
  drain(overMs?: number): Promise<void>;
}
