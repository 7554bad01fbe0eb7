import type { Callback } from "../callbacks.ts";
import { cloneError } from "../clone.ts";
import { LoadError } from "../errors.ts";
import * as message from "../message.ts";
import type { Movable } from "../platform-types.ts";
import { transfer, transfersOf } from "../transfer.ts";
import type { ResolvingFunctions } from "../types.ts";
import { Functions } from "./functions.ts";
import { packThrown } from "./pack-thrown.ts";
import { putCallbacks } from "./put-callbacks.ts";
import { WorkerCall, type WorkerCallHost } from "./worker-call.ts";

/** What is different in a browser and in Node.js. */
export interface WorkerPlatform {
  /** @throws DOMException `DataCloneError` */
  post(words: message.PageBound, transfer: Movable[]): void;
  /** Whether scripts are modules of which nothing else is said. */
  readonly modules: boolean;
  loadScript(script: message.Script): Promise<void>;
  loadModule(script: message.Script): Promise<object>;
}

/** What scripts that are loaded into a web worker find as the global `centaurus`. */
export interface WorkerCentaurus {
  /** Registers functions without any text: as `register` of the page's. */
  register(functions: object): void;
  /** The same, for functions that are given `resolve` and `reject`. */
  registerFunctions(functions: ResolvingFunctions): void;
  /** Says that a result is to be moved rather than copied. */
  transfer: typeof transfer;
}

/** What is no promise, no generator, and nothing that could not be cloned. */
const PLAIN: ReadonlySet<string> = new Set(["undefined", "boolean", "number", "bigint", "string"]);
/** A callback of the page's that nobody in here has any more is told to be so together with others. */
const RELEASE_MS = 100;

/** What runs in a web worker: takes messages of its page and answers them. */
export class WorkerRuntime implements WorkerCallHost {
  readonly #platform: WorkerPlatform;
  readonly #functions = new Functions();
  readonly #calls = new Map<number, WorkerCall>();
  readonly #resolving = new Set<WorkerCall>();
  #shared = false;
  #setUps: Promise<void> = Promise.resolve();
  /** Calls of the page's functions that are not answered. */
  readonly #callbackCalls = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  #lastCallbackCall = 0;
  #released: number[] = [];
  readonly #callbacks = new FinalizationRegistry<number>((callback) => this.#release(callback));
  readonly #handlers: message.Handlers<message.WorkerBound> = {
    [message.START]: ({ shared }) => {
      this.#shared = shared;
      this.post([message.DONE, undefined]);
    },
    [message.SET_UP]: (step) => {
      this.#setUps = this.#setUps.then(() => this.#setUp(step));
    },
    [message.CALL]: (id, name, parameters, extras) => this.#call(id, name, parameters, extras),
    [message.CANCEL]: (id, reason) => this.#cancel(id, reason),
    [message.MORE]: (id, count) => this.#calls.get(id)?.more(count),
    [message.CALLED]: (id, failed, value) => this.#called(id, failed, value),
  };

  constructor(platform: WorkerPlatform) {
    this.#platform = platform;
    const centaurus: WorkerCentaurus = {
      register: (functions) => this.#functions.add(functions, false),
      registerFunctions: (functions) => this.#functions.add(functions, true),
      transfer,
    };
    Object.assign(globalThis, { centaurus });
  }

  received(words: message.WorkerBound): void {
    message.handle(this.#handlers, words);
  }

  /** An error that nobody caught. Where one call only waits for `resolve` or `reject`, it waits in vain. */
  uncaught(error: unknown): void {
    const [call] = this.#resolving;
    if (call !== undefined && this.#calls.size === 1) call.reject(error);
    else this.post([message.STRAY, packThrown(error)]);
  }

  closes(): void {
    this.post([message.CLOSES]);
  }

  post(words: message.PageBound, moved: Movable[] = []): void {
    this.#platform.post(words, moved);
  }

  over(id: number): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    this.#calls.delete(id);
    this.#resolving.delete(call);
  }

  #call(id: number, name: string, parameters: unknown[], extras: message.CallExtras | undefined): void {
    if (this.#shared && this.#calls.size > 0) this.post([message.BEGINS, id]);
    let call: WorkerCall | undefined;
    let travelled = false;
    try {
      const registered = this.#functions.find(name);
      ({ travelled } = registered);
      if (extras?.callbacks !== undefined) {
        putCallbacks(parameters, extras.callbacks, (number) => this.#callback(number));
      }
      if (!registered.needsCall) {
        const value: unknown = registered.run.apply(undefined, parameters);
        // most give a plain value at once, and need no more than this
        if (PLAIN.has(typeof value)) {
          this.post([message.RESULT, id, value]);
          return;
        }
        call = new WorkerCall(this, id, name, extras, travelled);
        call.returned(value);
      } else {
        call = new WorkerCall(this, id, name, extras, travelled);
        if (registered.resolving) this.#callResolving(registered.run, call, parameters);
        else call.returned(registered.run.apply(call.scope(), parameters));
      }
    } catch (error) {
      call ??= new WorkerCall(this, id, name, extras, travelled);
      call.reject(error);
    }
    if (call.over) return;
    this.#calls.set(id, call);
    if (this.#shared) this.post([message.WAITS, id]);
  }

  // biome-ignore lint/complexity/noBannedTypes: whatever was registered
  #callResolving(run: Function, call: WorkerCall, parameters: unknown[]): void {
    const { resolve, reject } = call;
    const result: unknown = run.call(call.scope(), resolve, reject, ...parameters);
    if (call.over) return;
    this.#resolving.add(call);
    if (typeof (result as PromiseLike<unknown> | undefined)?.then !== "function") return;
    // an async function need not call either; where it returns nothing, it may still
    Promise.resolve(result).then((value) => {
      if (value !== undefined) resolve(value);
    }, reject);
  }

  #cancel(id: number, reason: unknown): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    this.post([message.CANCELLING, id]);
    call.cancel(reason);
  }

  async #setUp(step: message.SetUpStep): Promise<void> {
    try {
      if (step.type === "functions") this.#functions.compile(step.texts, step.resolving, step.globals ?? []);
      else for (const script of step.scripts) await this.#load(script, step.type === "module");
      this.post([message.DONE, undefined]);
    } catch (error) {
      this.post([message.DONE, packThrown(error)]);
    }
  }

  /** @param registers whether what it exports is registered */
  async #load(script: message.Script, registers: boolean): Promise<void> {
    const { url, type, as } = script;
    const named = as !== undefined || /\.mjs($|[?#])/.test(url);
    const module = registers || (type === undefined ? named || this.#platform.modules : type === "module");
    try {
      if (!module) await this.#platform.loadScript(script);
      else {
        const exported = await this.#platform.loadModule(script);
        if (as !== undefined) Object.assign(globalThis, { [as]: exported });
        if (registers) this.#functions.add(onlyFunctions(exported), false);
        this.#functions.failed.delete(url);
      }
    } catch (cause) {
      const error = new LoadError(`${url} could not be loaded: ${cause instanceof Error ? cause.message : cause}`, {
        cause,
      });
      if (registers) this.#functions.failed.set(url, error);
      throw error;
    }
  }

  /** Stands for a function of the page's. What it gives is a promise. */
  #callback(number: number): Callback {
    const callback: Callback = (...parameters) => {
      const id = ++this.#lastCallbackCall;
      const answer = new Promise((resolve, reject) => {
        try {
          this.post([message.CALLBACK, number, id, parameters], transfersOf(parameters, false));
        } catch (error) {
          throw cloneError("A parameter of a callback", parameters, error);
        }
        this.#callbackCalls.set(id, { resolve, reject });
      });
      // who only tells something waits for nothing
      answer.catch(() => {});
      return answer;
    };
    this.#callbacks.register(callback, number);
    return callback;
  }

  #called(id: number, failed: boolean, value: unknown): void {
    const call = this.#callbackCalls.get(id);
    this.#callbackCalls.delete(id);
    if (failed) call?.reject(value);
    else call?.resolve(value);
  }

  #release(callback: number): void {
    if (this.#released.push(callback) > 1) return;
    setTimeout(() => {
      this.post([message.RELEASE, this.#released]);
      this.#released = [];
    }, RELEASE_MS);
  }
}

function onlyFunctions(exported: object): object {
  return Object.fromEntries(Object.entries(exported).filter(([, value]) => typeof value === "function"));
}
