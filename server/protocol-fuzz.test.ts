import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defineApp } from "./app.ts";
import { FORMATS, type RawClient } from "./test/raw-client.ts";
import { startTestServer, type TestServer } from "./test/test-server.ts";

const NUMBER_OF_RUNS = 150;

let run: TestServer;

beforeAll(async () => {
  const app = defineApp({
    procedures: {
      echo: (data: unknown) => data,
      later: async (data: unknown) => data,
      wait: (_: unknown, { signal }) => new Promise((resolve) => signal.addEventListener("abort", resolve)),
      *count() {
        yield* [1, 2, 3];
      },
    },
    channels: { "a*": {} },
  });
  run = await startTestServer(app, { maxMalformed: 1_000_000, logLevel: "silent" });
});

afterAll(() => run.stop());

const name = fc.constantFrom(
  "echo",
  "later",
  "wait",
  "count",
  "$ping",
  "$procedures",
  "a",
  "ab",
  "a*",
  "*",
  "__proto__",
  "",
);
const id = fc.oneof(fc.nat(5), fc.constant(null), fc.integer(), fc.double());
const data = fc.oneof(fc.jsonValue({ maxDepth: 3 }), name) as fc.Arbitrary<unknown>;
const almost = fc
  .tuple(fc.oneof(fc.nat(18), fc.integer()), fc.oneof(id, data), fc.oneof(name, data), data, data)
  .chain((message) => fc.nat(5).map((length) => message.slice(0, length)));
const traffic = fc.array(fc.oneof(almost, fc.array(almost, { maxLength: 10 }), data), { maxLength: 20 });

/** What may come back: messages that servers send, and ids that are ids. */
function expectServerMessage(message: unknown): void {
  expect(Array.isArray(message)).toBe(true);
  const [kind, about] = message as unknown[];
  expect([1, 3, 4, 5, 6, 9, 12, 14, 15]).toContain(kind);
  if ([3, 5, 6, 9].includes(kind as number)) expect(about).toSatisfy((value: unknown) => Number.isInteger(value));
}

describe.each(FORMATS)("over %s", (format) => {
  it("whatever is sent, everything that comes back is proper, and the connection lives", async () => {
    await fc.assert(
      fc.asyncProperty(traffic, async (values) => {
        const client = await run.connect({ format });
        for (const value of values) client.send(value);
        for (const message of await client.settled()) expectServerMessage(message);
        client.destroy();
      }),
      { numRuns: NUMBER_OF_RUNS },
    );
  });

  it("whatever bytes are sent, the connection lives or ends with a code that says why", async () => {
    const bystander = await run.connect({ format });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const client = await run.connect({ format });
        if (format === "msgpack") client.binary(bytes);
        else client.text(Buffer.from(bytes).toString("latin1"));
        const end = await Promise.race([client.closed, lives(client)]);
        expect(end === "lives" || end.code === 1007 || end.code === 1009).toBe(true);
        client.destroy();
      }),
      { numRuns: NUMBER_OF_RUNS },
    );
    expect(await bystander.ask([14, 1])).toEqual([15, 1]);
  });
});

/** Resolves where the connection answers, and never where it ends before. */
function lives(client: RawClient): Promise<"lives"> {
  return new Promise((resolve) => {
    client.settled().then(
      () => resolve("lives"),
      () => undefined,
    );
  });
}
