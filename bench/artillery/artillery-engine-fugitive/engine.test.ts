import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { app } from "../../../server/demo/app.ts";
import { startTestServer, type TestServer } from "../../../server/test/test-server.ts";

const load = (file: string) => import(new URL(file, import.meta.url).href);
const { default: FugitiveEngine } = await load("engine.mjs");

/** As YAML has them, and JSON not. */
const [BYTES, DATE] = [new Uint8Array([1, 2, 3]), new Date(1_700_000_000_000)];

let running: TestServer;
beforeAll(async () => {
  running = await startTestServer(app);
});
afterAll(() => running.stop());
// where failures are told of
beforeEach(() => void vi.spyOn(process.stderr, "write").mockReturnValue(true));

/** Does what Artillery would: one virtual user, with what is reported of it. */
async function user(flow: unknown[], { target = `ws://127.0.0.1:${running.port}`, ...options } = {}) {
  const counters: Record<string, number> = {};
  const times: Record<string, number[]> = {};
  const codes: string[] = [];
  const emit = (event: string, code = "", value = 0) => {
    const name = code.replace("fugitive.", "");
    if (event === "counter") counters[name] = (counters[name] ?? 0) + value;
    if (event === "histogram") times[name] = [...(times[name] ?? []), value];
    if (event === "error") codes.push(code);
  };
  const phases = (_: string, listener: (phase: { name: string }) => void) => listener({ name: "ramp" });
  const script = { config: { target, engines: { fugitive: { attempts: 1, ...options } } } };
  const scenario = new FugitiveEngine(script, { on: phases }).createScenario({ name: "a", flow }, { emit });
  const context = { vars: { $uuid: "u1" } as Record<string, unknown>, funcs: {} };
  const error = await new Promise<Error | null>((resolve) => scenario(context, resolve));
  return { error, counters, times, codes, vars: context.vars };
}

/** How many are connected, but for who asks. */
async function connections(): Promise<number> {
  const client = await running.connect();
  const [, , health] = (await client.ask([2, 1, "$health"])) as [number, number, { connections: number }];
  client.destroy();
  return health.connections - 1;
}

it("a user calls, captures, streams, publishes and is published to, and all of it is measured", async () => {
  const { error, counters, times, codes, vars } = await user([
    {
      call: { procedure: "math.add", input: { x: 1, y: 6 }, expect: { equals: 7 }, capture: { json: "$", as: "sum" } },
    },
    { call: { procedure: "math.div", input: { x: "{{ sum }}", y: 0 }, expect: { error: "BAD_REQUEST" } } },
    { call: { procedure: "test.echo", as: "long name" }, during: "ramp" },
    { call: "test.echo", during: "spike" },
    { call: { procedure: "test.echo", input: { of: BYTES, at: DATE }, expect: { equals: { of: BYTES, at: DATE } } } },
    { stream: { procedure: "test.count", input: 3, expect: { items: 3, last: 3, equals: 3 } } },
    { stream: { procedure: "test.count", input: 1_000, take: 2, window: 4, as: "early" } },
    { subscribe: { channel: "load:{{ $uuid }}", sentAt: "$.at" } },
    { loop: [{ publish: { channel: "load:u1", data: { at: "{{ $now }}", turn: "{{ $loopCount }}" } } }], count: 3 },
    { expectPublications: { channel: "load:u1", count: 2 } },
    { expectPublications: { channel: "load:u1", matches: { turn: 2 }, capture: { json: "$.turn", as: "turn" } } },
    { unsubscribe: "load:u1" },
    { send: { procedure: "math.add", input: { x: 1, y: 1 } } },
  ]);
  expect([error, codes]).toEqual([null, []]);
  expect(vars).toMatchObject({ sum: 7, turn: 2 });
  expect(counters).toMatchObject({
    ...{ calls: 4, sent: 1, items: 5, published: 3, publications: 3, connections: 1, errors: 0, retries: 0 },
    ...{ "expect.passed": 6, "expect.failed": 0, "connect.failed": 0, reconnects: 0 },
  });
  const counts = Object.fromEntries(Object.entries(times).map(([name, values]) => [name, values.length]));
  expect(counts).toEqual({
    ...{
      "call.math.add.ms": 1,
      "call.math.div.ms": 1,
      "call.long_name.ms": 1,
      "call.test.echo.ms": 1,
      "connect.ms": 1,
    },
    ...{ "stream.test.count.first.ms": 1, "stream.test.count.ms": 1, "stream.early.first.ms": 1, "stream.early.ms": 1 },
    ...{ "subscribe.ms": 1, "publish.ms": 3, "delivery.ms": 3 },
  });
  for (const values of Object.values(times)) {
    for (const ms of values) expect(ms).toBeGreaterThanOrEqual(0);
  }
  // the hello and what followed alone are more than this
  expect(counters["bytes.sent"]).toBeGreaterThan(200);
  expect(counters["bytes.received"]).toBeGreaterThan(200);
});

it("a user that does not get what it expects fails at that step, hangs up, and is counted", async () => {
  const { error, counters, codes } = await user([
    { call: { procedure: "math.add", input: { x: 1, y: 6 }, expect: { equals: 8 } } },
    { call: "test.echo" },
  ]);
  expect(error?.message).toBe('scenario "a", step 1 (call): expected 8, got 7');
  expect([counters.calls, counters["expect.failed"], counters.errors, codes]).toEqual([1, 1, 0, ["EXPECTATION"]]);
  await expect.poll(connections).toBe(0);
});

it("errors of the server are counted by their codes", async () => {
  const { error, counters, codes } = await user([{ call: "no.such.thing" }]);
  expect(error?.message).toContain("step 1 (call): ");
  expect([counters.errors, codes]).toEqual([1, ["NOT_FOUND"]]);
});

it("what does not come in time is an expectation that failed", async () => {
  const { error, codes } = await user([
    { subscribe: "load:u2" },
    { publish: { channel: "load:u2", data: 1 } },
    { expectPublications: { channel: "load:u2", count: 2, timeoutMs: 50 } },
  ]);
  expect(error?.message).toContain("expected 2 publications within 50 ms, got 1");
  expect(codes).toEqual(["EXPECTATION"]);
});

it("a user that cannot connect fails within its time, and says why", async () => {
  const { error, counters, codes } = await user([{ call: "test.echo" }], {
    target: "ws://127.0.0.1:9",
    ...{ connectTimeoutMs: 200 },
  });
  expect(error?.message).toMatch(/^no connection within 200 ms: ./);
  expect(codes).toEqual(["CONNECT"]);
  expect(counters["connect.failed"]).toBeGreaterThan(0);
});

it("options that make no sense are refused", async () => {
  await expect(user([{ think: 0 }], { tokens: "a" } as object)).rejects.toThrow(
    "config.engines.fugitive: does not know tokens",
  );
});
