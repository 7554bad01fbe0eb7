/** How a function of a pool is called. */
export interface PoolCallOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** Whether what can be moved of its parameters and its result is moved. */
  readonly transfer?: boolean;
}

/** A function that runs in a web worker. */
export interface PoolFunction {
  with(options: PoolCallOptions): PoolFunction;
  (...parameters: unknown[]): PromiseLike<unknown>;
  stream(...parameters: unknown[]): AsyncGenerator<unknown, unknown, undefined>;
}

/** What of a Centaurus (of `fugitive/centaurus`) a client needs; its functions are called by their names. */
export interface WorkerPool {
  /** Registers the functions that a module exports. */
  registerModule(source: string | URL): PromiseLike<unknown>;
}

/** Names of a pool's functions, as far as they are known. */
export type FunctionName<Pool> = [KnownName<Pool>] extends [never] ? string : KnownName<Pool>;

type KnownName<Pool> = keyof {
  [Name in keyof Pool as Pool[Name] extends { on(place: number): unknown; stream(...parameters: never): unknown }
    ? Name
    : never]: unknown;
} &
  string;

/** Looks up a function of a pool, which may be registered later. @throws TypeError where the pool has something else of this name */
export function poolFunction(pool: WorkerPool, name: string): PoolFunction {
  const found = (pool as unknown as Readonly<Record<string, Partial<PoolFunction> | undefined>>)[name];
  if (typeof found?.with !== "function") throw new TypeError(`"${name}" is no name of a function of a Centaurus.`);
  return found as PoolFunction;
}
