import { streamOf } from "../../shared/stream-of.ts";
import { deferred } from "../deferred.ts";
import type { PoolCallOptions, PoolFunction, WorkerPool } from "../workers/worker-pool.ts";

/** A call that a pool has been given. */
export interface FakeCall {
  readonly name: string;
  readonly parameters: readonly unknown[];
  readonly options: PoolCallOptions;
  /** Does it. */
  done(): void;
  fail(error: unknown): void;
}

type Functions = Readonly<Record<string, (...parameters: never[]) => unknown>>;

/** A Centaurus without web workers: does what it is called for when the test says so, or at once. */
export class FakePool implements WorkerPool {
  /** Those that are called one by one. */
  readonly calls: FakeCall[] = [];
  readonly modules: string[] = [];
  /** Why it cannot register a module. */
  refusal: Error | undefined;
  /** Whether calls wait for the test. */
  patient = true;
  readonly #functions: Functions;

  constructor(functions: Functions) {
    this.#functions = functions;
    // biome-ignore lint/correctness/noConstructorReturn: functions are called by any name, as in a Centaurus
    return new Proxy(this, {
      get: (_, name) => (Reflect.has(this, name) ? Reflect.get(this, name) : this.#function(String(name), {})),
    });
  }

  async registerModule(url: string | URL): Promise<void> {
    this.modules.push(String(url));
    if (this.refusal !== undefined) throw this.refusal;
  }

  #function(name: string, options: PoolCallOptions): PoolFunction {
    return Object.assign((...parameters: unknown[]) => this.#call(name, options, parameters), {
      with: (more: PoolCallOptions) => this.#function(name, { ...options, ...more }),
      stream: (...parameters: unknown[]) => this.#stream(name, options, parameters),
    });
  }

  #call(name: string, options: PoolCallOptions, given: unknown[]): Promise<unknown> {
    const { promise, resolve, reject } = deferred<unknown>();
    // what is cloned is not the page's own
    const parameters = structuredClone(given);
    const done = () => {
      try {
        resolve(structuredClone(this.#functions[name]?.(...(parameters as never[]))));
      } catch (error) {
        reject(error);
      }
    };
    this.calls.push({ name, parameters, options, done, fail: reject });
    options.signal?.addEventListener("abort", () => reject(options.signal?.reason));
    if (!this.patient) queueMicrotask(done);
    return promise;
  }

  async *#stream(
    name: string,
    options: PoolCallOptions,
    given: unknown[],
  ): AsyncGenerator<unknown, unknown, undefined> {
    const aborted = deferred<never>();
    this.calls.push({ name, parameters: given, options, done() {}, fail: aborted.reject });
    options.signal?.addEventListener("abort", () => aborted.reject(options.signal?.reason));
    const run = async () => this.#functions[name]?.(...(structuredClone(given) as never[]));
    const result = await Promise.race([run(), aborted.promise]);
    const items = typeof result === "object" && result !== null ? streamOf(result) : undefined;
    if (items === undefined) return result;
    try {
      for (;;) {
        const step = await Promise.race([items.next(), aborted.promise]);
        if (step.done === true) return step.value;
        yield step.value;
      }
    } finally {
      await items.return?.();
    }
  }
}
