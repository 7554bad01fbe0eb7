import { expect, it } from "vitest";
import { defineApp } from "../index.ts";
import { serve } from "../test/test-server.ts";
import { hello } from "./test/resume.ts";

class Custom {
  readonly inner = 1;
  toJSON(): unknown {
    return { custom: true };
  }
}

const circular: { self?: unknown } = {};
circular.self = circular;

/** What JSON and MessagePack do not say alike, and what only one of them can say. */
const VALUES: Readonly<Record<string, () => unknown>> = {
  date: () => new Date(0),
  map: () => new Map([["a", 1]]),
  set: () => new Set([1]),
  holes: () => ({ a: undefined, b: [undefined] }),
  custom: () => new Custom(),
  numbers: () => [Number.NaN, Number.POSITIVE_INFINITY, 2n ** 60n],
  binary: () => new Uint8Array([1, 2]),
  prototype: () => JSON.parse('{"__proto__":1,"a":2}'),
  functions: () => ({ f: () => 1 }),
  surrogate: () => "\ud800",
  huge: () => 2n ** 70n,
  circular: () => circular,
  nothing: () => undefined,
};

const app = defineApp({ procedures: { value: (name: string) => VALUES[name]?.() } });

it.each(Object.keys(VALUES))("a key does not change how %s is answered in JSON", async (name) => {
  const client = await (await serve(app)).connect();
  await hello(client);
  const plain = await client.ask([2, 1, "value", name]);
  expect(await client.ask([2, 1, "value", name, { key: "k" }])).toEqual(plain);
});

it("what JSON can say and MessagePack cannot is answered, and its repetition hears that it is not kept", async () => {
  const client = await (await serve(app)).connect();
  await hello(client);
  expect(await client.ask([2, 1, "value", "huge", { key: "k" }])).toEqual([3, 1, `${2n ** 70n}`]);
  expect(await client.ask([2, 1, "value", "huge", { key: "k" }])).toMatchObject({ 2: "CONFLICT" });
});

it("an answer is what it was when it was given, though the application changes it at once", async () => {
  const state = { count: 1 };
  const changing = defineApp({
    procedures: {
      state: () => {
        queueMicrotask(() => state.count++);
        return state;
      },
    },
  });
  const client = await (await serve(changing)).connect();
  await hello(client);
  for (let time = 0; time < 2; time++) {
    expect(await client.ask([2, 1, "state", null, { key: "k" }])).toEqual([3, 1, { count: 1 }]);
  }
});
