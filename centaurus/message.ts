import type { ErrorData } from "./error-data.ts";

// What a page and its web worker say to each other: arrays that begin with one of these. Each is a constant of its own,
// as bundlers put those in where they are used.

/** To the web worker: the first message, which is answered as a SET_UP is. */
export const START = 0;
/** To the web worker: something to be done before later calls. Done one after the other. */
export const SET_UP = 1;
/** To the web worker. */
export const CALL = 2;
/** To the web worker: nobody waits for this call any more. */
export const CANCEL = 3;
/** To the web worker: the reader of a stream has room for so many more items. */
export const MORE = 4;
/** To the web worker: what a function of the page's gave, which it had called. */
export const CALLED = 5;
/** To the page: a SET_UP is done, or has failed. */
export const DONE = 6;
export const RESULT = 7;
export const FAILED = 8;
/** To the page: the function is about to be called, while others wait for something. */
export const BEGINS = 9;
/** To the page: the function has returned, and what it returned is waited for. */
export const WAITS = 10;
export const ITEM = 11;
export const PROGRESS = 12;
/** To the page: a CANCEL has been read, so the web worker is not stuck. */
export const CANCELLING = 13;
/** To the page: calls a function that the page gave as a parameter. */
export const CALLBACK = 14;
/** To the page: these functions of the page's are not kept any more. */
export const RELEASE = 15;
/** To the page: an error that belongs to no call. */
export const STRAY = 16;
/** To the page: the web worker ends itself. */
export const CLOSES = 17;

/** What is to be loaded into a web worker. */
export interface Script {
  /** Absolute. */
  readonly url: string;
  /** What the file has to hash to, as in `<script integrity>`. */
  readonly integrity?: string | undefined;
  /** Whether it is loaded by `import`; where that is not said, its name and the web worker decide. */
  readonly type?: "classic" | "module" | undefined;
  /** The global under which a module's exports are to be had. */
  readonly as?: string | undefined;
}

/** A function on its way: its text, where it is a function; whether its name is one that the page can make no use of. */
export type FunctionText = readonly [name: string, text: string | undefined, taken: boolean];

export type SetUpStep =
  | { readonly type: "scripts"; readonly scripts: readonly Script[] }
  | {
      readonly type: "functions";
      /** Whether the first two parameters are `resolve` and `reject`. */
      readonly resolving: boolean;
      readonly texts: readonly FunctionText[];
      /** Globals that will be there when they are needed, whatever it looks like now. */
      readonly globals: readonly string[] | undefined;
    }
  /** A module's exported functions. */
  | { readonly type: "module"; readonly scripts: readonly Script[] };

/** Where in a call's parameters a function of the page's belongs, and its number. */
export type CallbackPlace = readonly [path: readonly (string | number)[], callback: number];

/** What is rare in a call. */
export interface CallExtras {
  /** How many items may be on their way; without it, items are left out. */
  readonly window?: number | undefined;
  readonly callbacks?: readonly CallbackPlace[] | undefined;
  /** Whether what can be transferred of the result is. */
  readonly transfer?: boolean | undefined;
}

/** What was thrown: an error, or as JavaScript has it any other value. */
export type Thrown = readonly [error: ErrorData] | readonly [error: undefined, value: unknown];

export interface StartOptions {
  /** Whether more than one call may be in there at a time, and it has to be told which one runs. */
  readonly shared: boolean;
}

export type WorkerBound =
  | readonly [typeof START, options: StartOptions]
  | readonly [typeof SET_UP, step: SetUpStep]
  | readonly [typeof CALL, id: number, name: string, parameters: unknown[], extras?: CallExtras | undefined]
  | readonly [typeof CANCEL, id: number, reason: unknown]
  | readonly [typeof MORE, id: number, count: number]
  | readonly [typeof CALLED, call: number, failed: boolean, value: unknown];

export type PageBound =
  | readonly [typeof DONE, thrown: Thrown | undefined]
  | readonly [typeof RESULT, id: number, value: unknown]
  | readonly [typeof FAILED, id: number, thrown: Thrown]
  | readonly [typeof BEGINS, id: number]
  | readonly [typeof WAITS, id: number]
  | readonly [typeof ITEM, id: number, item: unknown]
  | readonly [typeof PROGRESS, id: number, value: unknown]
  | readonly [typeof CANCELLING, id: number]
  | readonly [typeof CALLBACK, callback: number, call: number, parameters: unknown[]]
  | readonly [typeof RELEASE, callbacks: readonly number[]]
  | readonly [typeof STRAY, thrown: Thrown]
  | readonly [typeof CLOSES];

/** What is done with each kind of message. */
export type Handlers<Bound extends readonly [number, ...unknown[]]> = {
  readonly [Kind in Bound[0]]: (...parts: Tail<Extract<Bound, readonly [Kind, ...unknown[]]>>) => void;
};

type Tail<Message> = Message extends readonly [unknown, ...infer Parts] ? Parts : never;

/** Hands a message to its handler. */
export function handle<Bound extends readonly [number, ...unknown[]]>(handlers: Handlers<Bound>, message: Bound): void {
  // by their places, as a list of them would be made for each message
  const handler = handlers[message[0] as Bound[0]] as ((...parts: unknown[]) => void) | undefined;
  handler?.(message[1], message[2], message[3], message[4]);
}
