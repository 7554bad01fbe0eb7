import type { ShedOrder } from "../admission.ts";
import type { TaskDefinition } from "../compute/hosted-task.ts";
import type { Config } from "../config.ts";

/** Environment variable that makes a process a socket worker, and tells it what it needs to know. */
export const SOCKET_WORKER_ENV = "FUGITIVE_SOCKET_WORKER";

/** Where the processes of one server find each other, and what proves that they are of it. */
export interface BusAddresses {
  /** The primary's bus. */
  readonly path: string;
  /** The compute host's. */
  readonly compute: string;
  readonly secret: string;
  /** Buses of the applications of single paths, by the path. @default none */
  readonly apps?: Readonly<Record<string, string>>;
}

/** What the primary tells a socket worker at birth. */
export interface WorkerBirth {
  readonly worker: number;
  /** Its number among all that were ever forked: of one worker's number there are two while one replaces the other. */
  readonly member: number;
  readonly bus: BusAddresses;
  readonly config: Config;
}

/** What a socket worker tells the primary, over cluster IPC. */
export type FromWorker =
  | { readonly type: "serving"; readonly port: number }
  /** It serves by `ws`, as uWebSockets.js does not load; comes before it serves. */
  | { readonly type: "fallback"; readonly reason: string }
  /** Whether the primary may deal it connections from now on. */
  | { readonly type: "taking"; readonly taking: boolean }
  /** It got the connection that was dealt to it, and keeps it, or does not want any. */
  | { readonly type: "took"; readonly taken: boolean }
  /** It takes no connections any more, and is about to end. */
  | { readonly type: "draining" }
  /** It cannot serve; it ends by itself after this. */
  | { readonly type: "failed"; readonly code: string | undefined; readonly message: string }
  /** Its application has tasks for a compute host. */
  | { readonly type: "compute"; readonly tasks: readonly TaskDefinition[] }
  | { readonly type: "status"; readonly reference: number; readonly connections: number; readonly memory: number }
  /** So many connections went, to make room. */
  | { readonly type: "shed"; readonly reference: number; readonly count: number }
  /** It takes connections. */
  | { readonly type: "accepting"; readonly reference: number };

/** What the primary tells a socket worker. */
export type ToWorker =
  /** A connection comes with it. */
  | { readonly type: "connection" }
  /** It is to end. With `overMs` others serve meanwhile, and so many milliseconds are for telling its clients. */
  | { readonly type: "drain"; readonly overMs?: number | undefined }
  | { readonly type: "status"; readonly reference: number }
  | { readonly type: "shed"; readonly reference: number; readonly order: ShedOrder }
  | { readonly type: "accept"; readonly reference: number };
