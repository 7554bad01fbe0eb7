import type { Call } from "./call.ts";
import { kindOf } from "./clone.ts";
import { errorClasses } from "./error-data.ts";
import type { FunctionText, Script, SetUpStep } from "./message.ts";
import { type CallOptions, type CentaurusOptions, centaurusSettings, checkNumbers } from "./options.ts";
import { createPool } from "./pool.ts";
import { createStreamCall } from "./stream-call.ts";
import type {
  Added,
  AllRegistered,
  AllRegisteredResolving,
  CallScope,
  Functions,
  ResolvingFunctions,
  UnknownFunctions,
  WorkerFunction,
} from "./types.ts";
import type { SpawnWorker } from "./worker-link.ts";

/** Something to load into the web workers. */
export interface ScriptSource {
  readonly url: string | URL;
  /** What the file has to hash to, as in `<script integrity>`, for example `sha384-…`. @default not checked */
  readonly integrity?: string;
  /** @default "module" where the name ends in `.mjs`, where `as` is given, and where the web workers are modules themselves */
  readonly type?: "classic" | "module";
  /** The name of the global by which functions find what a module exports. @default none */
  readonly as?: string;
}

/** What is known of functions beyond their source. */
export interface RegisterOptions {
  /** Variables that functions use and that will be there when they are called, whatever it looks like now. @default none */
  readonly globals?: readonly string[];
}

/** What is different in a page and in Node.js. */
export interface Platform {
  readonly spawn: SpawnWorker;
  /** Makes an address absolute. @throws TypeError where it is malformed */
  resolve(url: string | URL): string;
  /** Calls back when a signal aborts. @returns what stops that */
  onAbort(signal: AbortSignal, listener: () => void): () => void;
}

/** What of a call may be chosen. */
interface Choice extends CallOptions {
  readonly place?: number;
}

/** Names that are asked for by others than those who want a function of this name. */
const NEVER = ["then", "toJSON"];
const WINDOW = 16;

/** What every Centaurus has beside the functions that were registered. */
export interface CentaurusCore<Known = UnknownFunctions> extends Disposable, AsyncDisposable {
  /**
   * Loads scripts into the web workers, one after the other. Calls that come later wait for them. Where one cannot be
   * loaded, these reject, until it has been loaded after all.
   *
   * @throws LoadError where one cannot be loaded; need not be awaited
   */
  loadScripts(...sources: (string | URL | ScriptSource)[]): Promise<CentaurusOf<Known>>;
  /**
   * Registers functions that are given `resolve` and `reject` before their parameters. They run in the web workers, where
   * nothing is to be had of what is around them here. The first of `resolve`, `reject`, and what is thrown counts.
   *
   * @typeParam Given the functions, by the names to call them by
   * @throws RegistrationError where one of them cannot run there, and says why; need not be awaited
   * @example C.registerFunctions({ add: (resolve, reject, a, b) => resolve(a + b) });
   */
  registerFunctions<Given extends ResolvingFunctions>(
    functions: Given & ThisType<CallScope>,
    options?: RegisterOptions,
  ): Promise<CentaurusOf<Added<Known, AllRegisteredResolving<Given>>>>;
  /**
   * Registers functions that return what they give, or promise it, or yield it item by item.
   *
   * @throws RegistrationError where one of them cannot run there, and says why; need not be awaited
   * @example const C = await new Centaurus(url).register({ sum: (a: number, b: number) => a + b });
   */
  register<Given extends Functions<Given>>(
    functions: Given & ThisType<CallScope>,
    options?: RegisterOptions,
  ): Promise<CentaurusOf<Added<Known, AllRegistered<Given>>>>;
  /**
   * Registers the functions that a module exports, without any text: this works where `eval` is forbidden.
   *
   * @throws LoadError where it cannot be loaded; need not be awaited
   * @example const C = await new Centaurus(url).registerModule<typeof import("./heavy.ts")>("/heavy.mjs");
   */
  registerModule<Module>(
    source: string | URL | ScriptSource,
  ): Promise<CentaurusOf<Added<Known, AllRegistered<Module>>>>;
  /** Starts web workers before they are needed, and waits until they are ready. @param count @default all */
  warmUp(count?: number): Promise<void>;
  /** The calls in the web worker of each place, undefined where there is none; and all that are not answered. */
  stats(): { readonly workers: readonly (number | undefined)[]; readonly unanswered: number };
  /** Ends all web workers at once. What is not answered rejects with TerminatedError. */
  terminate(): void;
  /** Takes no more calls, and ends the web workers when those there are have been answered. */
  close(): Promise<void>;
}

/** A Centaurus and the functions of which it is known that they are registered. */
export type CentaurusOf<Known> = CentaurusCore<Known> & Known;

/** Gives an object all that a Centaurus has. @throws RangeError where a number makes no sense */
export function createCentaurus(target: object, platform: Platform, options: CentaurusOptions): object {
  const settings = centaurusSettings(options);
  const pool = createPool({ ...settings, spawn: platform.spawn, classes: errorClasses(settings.errors ?? []) });
  const generators = new Set<string>();
  const functions = new Map<string, unknown>();
  const isTaken = (name: string) => name in target || NEVER.includes(name);

  function register(given: object, resolving: boolean, globals: readonly string[] | undefined): Promise<object> {
    return setUp(() => {
      const texts = Object.entries(given).map(([name, one]): FunctionText => {
        if (!resolving && /Generator/.test(kindOf(one))) generators.add(name);
        else generators.delete(name);
        // what an object says itself of its text need not be true
        const text = typeof one === "function" ? Function.prototype.toString.call(one) : undefined;
        return [name, text, isTaken(name)];
      });
      return [{ type: "functions", resolving, texts, globals }, JSON.stringify(texts.map(([name]) => name))];
    });
  }

  function load(type: "scripts" | "module", sources: readonly (string | URL | ScriptSource)[]): Promise<object> {
    return setUp(() => {
      const scripts = sources.map((source): Script => {
        const given = typeof source === "string" || source instanceof URL ? { url: source } : source;
        return { ...given, url: platform.resolve(given.url) };
      });
      return [{ type, scripts }, type + JSON.stringify(scripts)];
    });
  }

  function setUp(make: () => [step: SetUpStep, name: string]): Promise<object> {
    const done = (async () => {
      await pool.setUp(...make());
      return self;
    })();
    // who does not wait for it hears of it by the calls
    done.catch(() => {});
    return done;
  }

  function createFunction(name: string, choice: Choice): WorkerFunction<unknown[], unknown, unknown> {
    const call = (parameters: unknown[], its = choice) =>
      new Promise((resolve, reject) => {
        start(name, parameters, its, { resolve, reject });
      });
    const stream = (...parameters: unknown[]) => {
      const { window = WINDOW } = choice;
      return createStreamCall(
        (ends) => {
          const begun = start(name, parameters, choice, ends, window);
          return { more: (count) => begun.worker?.more(begun, count), leave: () => pool.cancel(begun, undefined) };
        },
        window,
        () => call(parameters),
      );
    };
    const either = (...parameters: unknown[]) => (generators.has(name) ? stream(...parameters) : call(parameters));
    return Object.assign(either, {
      with(more: CallOptions) {
        checkNumbers(more);
        return createFunction(name, { ...choice, ...more });
      },
      on: (place: number) => createFunction(name, { ...choice, place }),
      all: (...parameters: unknown[]) =>
        Promise.all(Array.from({ length: settings.workers }, (_, place) => call(parameters, { ...choice, place }))),
      stream,
    });
  }

  function start(
    name: string,
    parameters: unknown[],
    choice: Choice,
    ends: Pick<Call, "resolve" | "reject" | "item">,
    window?: number,
  ): Call {
    const { signal, timeoutMs = settings.timeoutMs, transfer = settings.transfer, place, onProgress } = choice;
    signal?.throwIfAborted();
    const call: Call = {
      id: 0,
      name,
      parameters,
      extras: window !== undefined || transfer ? { window, transfer } : undefined,
      transfer,
      timeoutMs,
      place,
      told: false,
      moved: false,
      heard: false,
      began: false,
      dueAt: Infinity,
      ...ends,
      progress: onProgress,
    };
    call.release = signal && platform.onAbort(signal, () => pool.cancel(call, signal.reason));
    pool.call(call);
    return call;
  }

  const core: CentaurusCore = {
    loadScripts: (...sources) => load("scripts", sources) as Promise<never>,
    registerFunctions: (given, options) => register(given, true, options?.globals) as Promise<never>,
    register: (given, options) => register(given, false, options?.globals) as Promise<never>,
    registerModule: (source) => load("module", [source]) as Promise<never>,
    warmUp: pool.warmUp,
    stats: pool.stats,
    terminate: pool.terminate,
    close: pool.close,
    [Symbol.dispose]: pool.terminate,
    [Symbol.asyncDispose]: pool.close,
  };
  // functions are called by their names, whichever will be registered
  const self: object = new Proxy(Object.assign(target, core), {
    get(_target, name) {
      if (typeof name === "symbol" || isTaken(name)) return Reflect.get(target, name);
      if (!functions.has(name)) functions.set(name, createFunction(name, {}));
      return functions.get(name);
    },
  });
  return self;
}
