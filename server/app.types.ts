/** Compiled, never run: what `defineApp` must infer, and what it must refuse. */

import { z } from "zod";
import type { ChannelsOf, DataOf, InputOf, ItemOf, OutputOf, ProceduresOf, StreamNames } from "../shared/contract.ts";
import { type All, type Equal, same } from "../shared/test/type-checks.ts";
import {
  type App,
  AppError,
  type CallContext,
  type Connection,
  createServer,
  defineApp,
  definePlugin,
  type Middleware,
  type Reply,
} from "./index.ts";

interface Point {
  x: number;
  y: number;
}

const point = z.object({ x: z.number(), y: z.number() });

const app = defineApp({
  procedures: {
    plain: ({ x, y }: Point) => x + y,
    none: () => "text",
    late: async (text: string) => text.length,
    withContext: (_: null, context: CallContext) => context.connection.id,
    checked: { input: point, handler: (input) => ({ ...input, z: 0 }) },
    coerced: { input: z.string().transform(Number), handler: async (number) => number > 1 },
    defaulted: { input: z.number().default(5), handler: (number) => number },
    refined: { input: z.string().refine(async (text) => text !== ""), handler: (text, context) => [text, context.id] },
    options: { handler: (input: Point) => input.x, timeoutMs: 5, use: [] },
    limited: { rateLimit: { limit: 5, perMs: 60_000, by: "ip" }, handler: (input: Point) => input.x },
    *sync(to: number) {
      for (let count = 0; count < to; count++) yield count;
      return "end";
    },
    async *stream() {
      yield { a: 1 };
    },
    checkedStream: {
      input: z.number(),
      handler: async function* (to) {
        yield to;
        return "end" as const;
      },
    },
  },
  channels: {
    "chat:*": { data: point },
    open: {},
    "slow:*": { rateLimit: { limit: 1, perMs: 1_000 } },
  },
  use: [
    (context, next) => {
      same<typeof context, CallContext>();
      same<typeof next, () => unknown>();
      same<typeof context.signal, AbortSignal>();
      return next();
    },
  ],
  on: {
    connection: (connection) => same<typeof connection, Connection>(),
    terminated: (_connection, code) => same<typeof code, number>(),
    reply: (reply) => same<typeof reply, Reply>(),
    error: (error) => same<typeof error, unknown>(),
  },
  healthcheck: async () => "anything",
});

type Procedures = ProceduresOf<typeof app>;
type Channels = ChannelsOf<typeof app>;

export type InputChecks = All<
  [
    Equal<InputOf<Procedures["plain"]>, Point>,
    Equal<InputOf<Procedures["none"]>, undefined>,
    Equal<InputOf<Procedures["late"]>, string>,
    Equal<InputOf<Procedures["withContext"]>, null>,
    Equal<InputOf<Procedures["checked"]>, Point>,
    // callers pass what goes into the schema, and handlers get what comes out
    Equal<InputOf<Procedures["coerced"]>, string>,
    Equal<InputOf<Procedures["defaulted"]>, number | undefined>,
    Equal<InputOf<Procedures["refined"]>, string>,
    Equal<InputOf<Procedures["options"]>, Point>,
    Equal<InputOf<Procedures["limited"]>, Point>,
    Equal<InputOf<Procedures["checkedStream"]>, number>,
  ]
>;

export type OutputChecks = All<
  [
    Equal<OutputOf<Procedures["plain"]>, number>,
    Equal<OutputOf<Procedures["none"]>, string>,
    Equal<OutputOf<Procedures["late"]>, number>,
    Equal<OutputOf<Procedures["withContext"]>, string>,
    Equal<OutputOf<Procedures["checked"]>, { z: number; x: number; y: number }>,
    Equal<OutputOf<Procedures["coerced"]>, boolean>,
    Equal<OutputOf<Procedures["defaulted"]>, number>,
    Equal<OutputOf<Procedures["sync"]>, string>,
    Equal<OutputOf<Procedures["checkedStream"]>, "end">,
  ]
>;

export type StreamChecks = All<
  [
    Equal<ItemOf<Procedures["sync"]>, number>,
    Equal<ItemOf<Procedures["stream"]>, { a: number }>,
    Equal<ItemOf<Procedures["checkedStream"]>, number>,
    Equal<ItemOf<Procedures["plain"]>, never>,
    Equal<StreamNames<Pick<Procedures, "sync" | "stream" | "plain">>, "sync" | "stream">,
  ]
>;

export type ChannelChecks = All<
  [
    Equal<DataOf<Channels["chat:*"]>, Point>,
    Equal<DataOf<Channels["open"]>, unknown>,
    Equal<keyof Channels, "chat:*" | "open" | "slow:*">,
  ]
>;

export function handlersGetWhatSchemasLeave(): void {
  defineApp({
    procedures: {
      coerced: { input: z.string().transform(Number), handler: (number) => same<typeof number, number>() },
      optional: { input: point.optional(), handler: (input) => same<typeof input, Point | undefined>() },
      both: {
        input: point,
        handler: (input, context) => {
          same<typeof input, Point>();
          same<typeof context, CallContext>();
        },
      },
    },
  });
}

export function empty(): void {
  const nothing = defineApp({});
  same<keyof ProceduresOf<typeof nothing>, never>();
  // any application will do where its procedures do not matter
  const some: App[] = [app, nothing];
  createServer(some[0] ?? nothing, { port: 0 });
  createServer(async () => app);
}

export const guard: Middleware = async (context, next) => {
  if (context.procedure.name === "secret") throw new AppError("FORBIDDEN");
  return next();
};

export const plugin = definePlugin({
  name: "all of it",
  setup({ procedure, channel, use, on, publish, log }) {
    procedure("plain", (text: string) => text.length);
    procedure("none", () => 1);
    procedure("checked", { input: point, handler: (input) => same<typeof input, Point>() });
    procedure("coerced", { input: z.string().transform(Number), handler: (number) => same<typeof number, number>() });
    channel("chat:*", { data: point, publish: false });
    use(guard);
    const release = on("terminated", (_connection, code) => same<typeof code, number>());
    same<typeof release, () => void>();
    publish("chat:a", { x: 1, y: 2 });
    log.info({ any: "fields" }, "text");
    // @ts-expect-error no such event
    on("disconnected", () => undefined);
    // @ts-expect-error a procedure needs a handler
    procedure("empty", {});
  },
});

export function refused(): void {
  // @ts-expect-error a schema of something else than the handler takes
  defineApp({ procedures: { wrong: { input: z.string(), handler: (number: number) => number } } });
  // @ts-expect-error a procedure needs a handler
  defineApp({ procedures: { wrong: { input: z.string() } } });
  // @ts-expect-error a number is no procedure
  defineApp({ procedures: { wrong: 5 } });
  // @ts-expect-error JSON Schema is no validator
  defineApp({ procedures: { wrong: { input: { type: "string" }, handler: () => 1 } } });
  // @ts-expect-error time is a number
  defineApp({ procedures: { wrong: { handler: () => 1, timeoutMs: "5s" } } });
  // @ts-expect-error a second parameter is the context
  defineApp({ procedures: { wrong: (a: number, b: number) => a + b } });
  // @ts-expect-error no such rule
  defineApp({ channels: { "chat:*": { subscribes: false } } });
  defineApp({
    channels: {
      a: { history: true },
      b: { history: { size: 5, ttlMs: 9, mode: "latest" } },
      c: { slowReaders: "latest" },
    },
  });
  // @ts-expect-error no such mode
  defineApp({ channels: { "chat:*": { history: { mode: "newest" } } } });
  // @ts-expect-error nobody to count by
  defineApp({ procedures: { wrong: { rateLimit: { limit: 1, perMs: 1, by: "session" }, handler: () => 1 } } });
  // @ts-expect-error a rate needs its time
  defineApp({ channels: { "chat:*": { rateLimit: { limit: 1 } } } });
  // @ts-expect-error no such policy
  defineApp({ channels: { "chat:*": { slowReaders: "drop" } } });
  // @ts-expect-error no validator
  defineApp({ channels: { "chat:*": { data: "text" } } });
  // @ts-expect-error no such event
  defineApp({ on: { disconnected: () => undefined } });
  // @ts-expect-error no such part of an application
  defineApp({ topics: {} });
  // @ts-expect-error no such option
  createServer(app, { prot: 80 });
  // @ts-expect-error a wrong option
  createServer(app, { port: "80" });
  // @ts-expect-error no application
  createServer({ procedures: {} });
}
