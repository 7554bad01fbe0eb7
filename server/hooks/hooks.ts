import type { PrimaryApi } from "./primary-api.ts";
import type { SocketWorkerApi } from "./socket-worker-api.ts";

/**
 * What code of one's own does at the start of a process, beside the application. Either may be async; a function that it
 * returns, which may be async as well, undoes it when the process ends.
 */
export interface Hooks {
  /** Called once in each socket worker, before clients may connect. */
  socketWorker?(api: SocketWorkerApi): unknown;
  /** Called once in the primary, before there are socket workers. Not where one single process does all. */
  primary?(api: PrimaryApi): unknown;
}

/** Hooks, and what they are called where something is wrong with them: the file they come from. */
export interface NamedHooks {
  readonly name: string;
  readonly hooks: Hooks;
}

/**
 * Defines hooks, for `createServer(app, { hooks: [ … ] })`, or to be exported as `hooks` by a module that the option
 * `hooks` names. A module may as well export `socketWorker` and `primary` by themselves.
 * @example export const hooks = defineHooks({ socketWorker: ({ log, worker }) => log.info(`worker ${worker} is there`) });
 */
export function defineHooks(hooks: Hooks): Hooks {
  return hooks;
}
