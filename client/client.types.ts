/** Compiled, never run: what `connect<typeof app>` must infer, and what it must refuse. */

import type { Contract } from "../shared/contract.ts";
import { type ClientMessage, Kind, type SubscribedInfo } from "../shared/message.ts";
import type { StandardSchema } from "../shared/standard-schema.ts";
import { same } from "../shared/test/type-checks.ts";
import { type Client, connect, definePlugin, type Position, type Publication } from "./index.ts";
import type { connect as connectOnNode } from "./node.ts";

interface Text {
  text: string;
}

type App = Contract<
  {
    "math.add": (input: { x: number; y: number }) => number;
    "math.deep.root": (input: number, context: { user: string }) => Promise<number>;
    math: () => "itself";
    "test.count": (n: number) => AsyncGenerator<number, string>;
    "test.maybe": (n?: number) => Promise<void>;
    none: () => string;
    checked: { input: StandardSchema<Text, string>; handler: (input: string) => Promise<boolean> };
  },
  {
    "chat:*": { data: StandardSchema<Text> };
    "chat:numbers": { data: StandardSchema<number> };
    open: { history: 10 };
  }
>;

export async function calls(): Promise<void> {
  const client = connect<App>("ws://localhost:8080");
  same<number, Awaited<ReturnType<typeof client.methods.math.add>>>();
  const sum = await client.call("math.add", { x: 1, y: 6 });
  same<typeof sum, number>();
  const checked = await client.call(
    "checked",
    { text: "hi" },
    { timeoutMs: 100, signal: new AbortController().signal },
  );
  same<typeof checked, boolean>();
  const none = await client.call("none");
  same<typeof none, string>();
  const last = await client.call("test.count", 3);
  same<typeof last, string>();
  await client.call("test.maybe");
  await client.call("test.maybe", 3);
  await client.call("none", undefined, { timeoutMs: 5 });
  const health = await client.call("$health");
  same<typeof health, unknown>();

  // @ts-expect-error no such procedure
  await client.call("math.ad", { x: 1, y: 6 });
  // @ts-expect-error the input is needed
  await client.call("math.add");
  // @ts-expect-error wrong input
  await client.call("math.add", { x: 1, y: "6" });
  // @ts-expect-error what goes in is what the schema takes, not what the handler gets
  await client.call("checked", "hi");
  // @ts-expect-error there is no input
  await client.call("none", 1);
  // @ts-expect-error no such option
  await client.call("none", undefined, { timeout: 5 });
}

export async function methods(): Promise<void> {
  const { methods } = connect<App>("ws://localhost:8080");
  const sum = await methods.math.add({ x: 1, y: 6 });
  same<typeof sum, number>();
  const root = await methods.math.deep.root(4, { timeoutMs: 100 });
  same<typeof root, number>();
  const itself = await methods.math();
  same<typeof itself, "itself">();
  const last = await methods.test.count(3);
  same<typeof last, string>();
  await methods.none();

  // @ts-expect-error no such procedure
  await methods.math.sub({ x: 1, y: 6 });
  // @ts-expect-error wrong input
  await methods.math.add({ x: 1 });
  // @ts-expect-error the input is needed
  await methods.math.deep.root();
  // @ts-expect-error no procedure, only a way to some
  await methods.test();
}

export async function streams(): Promise<void> {
  const client = connect<App>("ws://localhost:8080");
  for await (const item of client.stream("test.count", 3)) same<typeof item, number>();
  const end = await client.stream("test.count", 3, { timeoutMs: 5 }).next();
  if (end.done === true) same<typeof end.value, string>();

  // @ts-expect-error does not stream
  client.stream("none");
  // @ts-expect-error wrong input
  client.stream("test.count", "3");
}

export async function channels(): Promise<void> {
  const client = connect<App>("ws://localhost:8080");
  client.subscribe("chat:lobby", (data, event) => {
    same<typeof data, Text>();
    same<typeof event.channel, string>();
  });
  client.subscribe("chat:*", (data) => same<typeof data, Text>());
  client.subscribe("chat:numbers", (data) => same<typeof data, number>());
  client.subscribe("open", (data) => same<typeof data, unknown>());
  client.subscribe("anything", (data) => same<typeof data, unknown>());
  for await (const publication of client.subscribe("chat:lobby", { buffer: 5 })) {
    same<typeof publication, Publication<Text>>();
  }
  const { offset } = await client.publish("chat:lobby", { text: "hi" });
  same<typeof offset, number | undefined>();
  await client.publish("chat:numbers", 3, { acknowledge: false });
  await client.publish("anything", [1, "two"]);

  // @ts-expect-error wrong data
  await client.publish("chat:lobby", { txt: "hi" });
  // @ts-expect-error the name itself goes before the pattern
  await client.publish("chat:numbers", { text: "hi" });
}

export async function overlappingRules(): Promise<void> {
  interface Rules {
    "chat:*": { data: StandardSchema<Text, number> };
    "chat:private:*": { data: StandardSchema<boolean> };
    "*": { publish: true };
  }
  const client = connect<Contract<unknown, Rules>>("ws://localhost:8080");
  client.subscribe("chat:lobby", (data) => same<typeof data, number>());
  client.subscribe("chat:private:me", (data) => same<typeof data, boolean>());
  client.subscribe("elsewhere", (data) => same<typeof data, unknown>());
  await client.publish("chat:lobby", { text: "what goes in is what the schema takes" });
  await client.publish("chat:private:me", true);
  await client.publish("elsewhere", ["anything"]);
}

export async function untyped(): Promise<void> {
  const client = connect("ws://localhost:8080");
  const result = await client.call("any.name", { any: "data" });
  same<typeof result, unknown>();
  await client.call("any.name");
  for await (const item of client.stream("any.stream", 3)) same<typeof item, unknown>();
  await client.methods.any?.thing?.({ any: "data" });
  client.subscribe("any", (data) => same<typeof data, unknown>());
  await client.publish("any", { any: "data" });
}

export async function methodsOfOnesOwn(): Promise<void> {
  const client = connect<App>("ws://localhost:8080");
  const { add, plus, none, maybe, check, built } = client.methodsFrom({
    add: { type: "math.add", factory: (x: number, y = 0) => ({ x, y }) },
    plus: { type: "math.add" },
    none: { type: "none" },
    maybe: { type: "test.maybe" },
    check: { type: "checked", factory: (text: string) => ({ text }) },
    built: { type: "$health" },
  });
  same<typeof add, (x: number, y?: number) => Promise<number>>();
  const sum = await plus({ x: 1, y: 6 }, { timeoutMs: 5 });
  same<typeof sum, number>();
  same<Awaited<ReturnType<typeof none>>, string>();
  same<Awaited<ReturnType<typeof check>>, boolean>();
  same<Awaited<ReturnType<typeof built>>, unknown>();
  await maybe();
  await maybe(3);
  const any = connect("ws://localhost:8080").methodsFrom({ add: { type: "math.add", factory: (x: number) => [x] } });
  same<typeof any.add, (x: number) => Promise<unknown>>();

  // @ts-expect-error wrong argument
  await add("1");
  // @ts-expect-error the input is needed
  await plus();
  // @ts-expect-error no such procedure
  client.methodsFrom({ add: { type: "math.ad" } });
  // @ts-expect-error what the factory makes is no input of that procedure
  client.methodsFrom({ add: { type: "math.add", factory: (x: number) => ({ x }) } });
  // @ts-expect-error one that is right does not excuse one that is wrong
  client.methodsFrom({ none: { type: "none" }, wrong: { type: "math.add", factory: () => 1 } });
}

export async function queuedCalls(): Promise<void> {
  const client = connect<App>("ws://localhost:8080");
  const progress = (data: unknown) => void data;
  const sum = await client.methods.math.add({ x: 1, y: 6 }, { progress, acknowledged: async () => {}, answerMs: 1 });
  same<typeof sum, number>();
  await client.call("none", undefined, { acknowledged: ({ job }) => same<typeof job, string | undefined>() });
  // @ts-expect-error nobody knows what is told
  await client.call("none", undefined, { progress: (data: number) => void data });
}

export function subscriptionForms(): void {
  const client = connect<App>("ws://localhost:8080");
  const subscription = client.subscribe("chat:lobby", async (data) => same<typeof data, Text>(), {
    overflow: "latest",
    buffer: 5,
    signal: new AbortController().signal,
  });
  subscription.on("state", (state, { info, error }) => {
    same<typeof state, "pending" | "subscribed" | "unsubscribed">();
    same<typeof info, SubscribedInfo | undefined>();
    same<typeof error, unknown>();
  });

  subscription.on("gap", ({ since, until }) => {
    same<typeof since, Position>();
    same<typeof until, Position | undefined>();
  });
  client.subscribe("open", { since: subscription.position });

  // @ts-expect-error no such policy
  client.subscribe("chat:lobby", { overflow: "drop" });
  // @ts-expect-error no place
  client.subscribe("chat:lobby", { since: 41 });
}

export function extensions(): void {
  const seen = new Set<ClientMessage>();
  const typed = definePlugin<App>({
    name: "typed",
    setup({ client, use, connect: connectTo }) {
      same<typeof client, Client<App>>();
      use({ onSend: (message) => void seen.add(message) });
      use({ onReceive: (message) => (message[0] === Kind.EVENT ? null : message) });
      // @ts-expect-error a middleware decides at once
      use({ onSend: async () => {} });
      return () => connectTo("ws://localhost:8080").close();
    },
  });
  const client = connect<App>("ws://localhost:8080", { plugins: [typed, definePlugin({ name: "none", setup() {} })] });
  client.plug(typed)();
  client.on("reconnected", ({ awayMs, resumed }) => {
    same<typeof awayMs, number>();
    same<typeof resumed, boolean>();
  });
  // @ts-expect-error no such event
  client.on("reconnecting", () => {});
}

same<typeof connect, typeof connectOnNode>();
