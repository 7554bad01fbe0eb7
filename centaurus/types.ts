import type { CallOptions } from "./options.ts";
import type { Movable } from "./platform-types.ts";

/** What a function has as `this` in a web worker, unless it is an arrow function, which has no `this` of its own. */
export interface CallScope {
  /** Aborts when nobody waits for the call any more. */
  readonly signal: AbortSignal;
  /** Tells the caller how far it is. */
  progress(value: unknown): void;
  /** Moves what can be moved of a value with the result, or the item, that it is or is in. */
  transfer<Value>(value: Value, what?: readonly Movable[]): Value;
}

/** Functions that return what they give, or promise it, or yield it. */
export type Functions<Given> = { readonly [Name in keyof Given]: (...parameters: never) => unknown };

/** Lets parameters be of any type, as those of methods may. */
type AnyParameters = { call(...parameters: unknown[]): unknown }["call"];

/** Functions that are given `resolve` and `reject` before their parameters. */
export type ResolvingFunctions = Readonly<Record<string, ResolvingFunction>>;

type ResolvingFunction = {
  call(resolve: (value: unknown) => void, reject: (reason?: unknown) => void, ...parameters: unknown[]): unknown;
}["call"];

/** A generator's call: the items, and as a promise what it returns. It begins when either is asked for. */
export interface StreamCall<Item, Last> extends AsyncGenerator<Item, Last, undefined>, PromiseLike<Last> {}

/** A function of the web worker's, as the page calls it. */
export interface WorkerFunction<Parameters extends unknown[], Result, Answer = Promise<Result>, Item = unknown> {
  (...parameters: Parameters): Answer;
  /** The same with options. */
  with(options: CallOptions): WorkerFunction<Parameters, Result, Answer, Item>;
  /** The same in one web worker of the pool, from 0. */
  on(worker: number): WorkerFunction<Parameters, Result, Answer, Item>;
  /** Calls it in every web worker of the pool, starting those that are not there, and gives what each gave. */
  all(...parameters: Parameters): Promise<Result[]>;
  /** What it yields, item by item. Begins when the first one is asked for; breaking out ends it there. */
  stream(...parameters: Parameters): StreamCall<Item, Result>;
}

/** Whether nothing is known of it, as of what `JSON.parse` gives. */
type IsAny<Type> = 0 extends 1 & Type ? true : false;

/** As the page calls a function that was registered as this. */
export type Registered<Function> = Function extends (...parameters: infer Parameters) => infer Result
  ? [Result] extends [never]
    ? WorkerFunction<Parameters, never, Promise<never>, never>
    : IsAny<Result> extends true
      ? WorkerFunction<Parameters, Result, Promise<Result>>
      : [Result] extends [Generator<infer Item, infer Last> | AsyncGenerator<infer Item, infer Last>]
        ? WorkerFunction<Parameters, Last, StreamCall<Item, Last>, Item>
        : WorkerFunction<Parameters, Awaited<Result>, Promise<Awaited<Result>>, never>
  : never;

/** The same, of one that is given `resolve` and `reject`. */
export type RegisteredResolving<Function> = Function extends (
  resolve: (value: infer Value) => void,
  reject: never,
  ...parameters: infer Parameters
) => unknown
  ? WorkerFunction<Parameters, Value, Promise<Value>, never>
  : never;

/** Of which nothing is known: whatever is registered. */
export type UnknownFunctions = Readonly<Record<string, WorkerFunction<unknown[], unknown, Promise<unknown>>>>;

export type AllRegistered<Given> = { readonly [Name in keyof Given]: Registered<Given[Name]> };
export type AllRegisteredResolving<Given> = { readonly [Name in keyof Given]: RegisteredResolving<Given[Name]> };

/** What is known with what is added: nothing known gives way. */
export type Added<Known, More> = string extends keyof Known ? More : Omit<Known, keyof More> & More;

export type { AnyParameters };
