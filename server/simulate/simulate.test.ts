import { afterEach, expect, it, vi } from "vitest";
import { defineApp, defineHooks, type SocketWorkerApi } from "../index.ts";
import { eventually } from "../test/patience.ts";
import { serve, startTestServer } from "../test/test-server.ts";
import { type SimulateOptions, simulate } from "./simulate.ts";

afterEach(() => void vi.unstubAllEnvs());

const FAST: SimulateOptions = {
  ...{ connections: 12, comePerSecond: 1_000, callsPerSecond: 50, publishesPerSecond: 20 },
  ...{ calls: [{ procedure: "add", input: () => ({ x: 1, y: 2 }) }], channels: ["news"] },
};

function setup(options: SimulateOptions) {
  const called: unknown[] = [];
  const app = defineApp({
    procedures: { add: ({ x, y }: { x: number; y: number }) => called.push(x + y) },
    channels: { news: {} },
  });
  let api: SocketWorkerApi | undefined;
  const spy = defineHooks({
    socketWorker(given) {
      api = given;
    },
  });
  return { app, called, hooks: [spy, simulate(options)], api: () => api as SocketWorkerApi };
}

it("simulated clients are there as any others: they have users and tags, call, and hear each other", async () => {
  const { app, called, hooks, api } = setup({ ...FAST, staySeconds: Number.POSITIVE_INFINITY, data: () => "made up" });
  const server = await serve(app, { hooks });
  await eventually(() => expect(api().connections.select({ simulated: "1" })).toHaveLength(12));
  expect(api().connections.select({ plan: "pro", country: "fr" })).toHaveLength(1);
  expect(api().connections.select({ user: "simulated-0-2" })).toHaveLength(1);
  expect(new Set([...api().connections].map(({ address }) => address)).size).toBe(12);
  await eventually(() => expect(called.length).toBeGreaterThan(20));
  expect(new Set(called.slice(0, 1))).toEqual(new Set([3]));
  const real = await server.connect();
  await real.ask([8, 1, "news"]);
  expect(await real.next()).toEqual([12, "news", "made up"]);
  await real.ask([11, 5, "news", "not made up"]);
  expect(api().connections.size).toBe(13);
  expect(server.records).toContainEqual(
    expect.objectContaining({
      level: "warn",
      message: "simulating up to 12 connections here: none of them is anybody's",
    }),
  );
});

it("they come and go, and there are never more than was said", async () => {
  const { app, hooks, api } = setup({ ...FAST, staySeconds: 0.05 });
  const gone: number[] = [];
  let most = 0;
  const watch = defineHooks({
    socketWorker({ on, connections }) {
      on("connection", () => {
        most = Math.max(most, connections.size);
      });
      on("terminated", (_, code) => void gone.push(code));
    },
  });
  await serve(app, { hooks: [watch, ...hooks] });
  await eventually(() => expect(gone.length).toBeGreaterThan(50));
  expect(new Set(gone)).toEqual(new Set([1000]));
  expect(most).toBeLessThanOrEqual(12);
  // whoever is closed by somebody else is replaced as well
  await eventually(() => {
    // at times there may be none
    for (const connection of api().connections) connection.close(4000);
    expect(gone).toContain(4000);
  });
  await eventually(() => expect(api().connections.size).toBeGreaterThan(0));
});

it("all of them go when the server ends, and the log tells what they did", async () => {
  const { app, hooks, called } = setup(FAST);
  const server = await startTestServer(app, { hooks });
  await eventually(() => expect(called.length).toBeGreaterThan(0));
  await server.stop();
  const over = server.records.find(({ message }) => message === "the simulation is over");
  expect(over?.fields).toMatchObject({ came: expect.any(Number), calls: expect.any(Number), errors: 0 });
});

it("what is refused is told once, and goes on being counted", async () => {
  const { app, hooks } = setup({ ...FAST, calls: [{ procedure: "none" }], channels: ["closed"] });
  const server = await startTestServer(app, { hooks });
  const told = () => server.records.filter(({ message }) => message.startsWith("a simulated client was refused"));
  await eventually(() => expect(told()).toHaveLength(1));
  expect(told()[0]?.fields).toMatchObject({ code: "NOT_FOUND" });
  await server.stop();
  expect(told()).toHaveLength(1);
});

it("nothing is simulated in production unless that is asked for", async () => {
  vi.stubEnv("NODE_ENV", "production");
  const off = setup(FAST);
  const server = await serve(off.app, { hooks: off.hooks });
  expect(server.records).toContainEqual(
    expect.objectContaining({ level: "error", message: expect.stringContaining("this is production") }),
  );
  const on = setup({ ...FAST, production: true });
  await serve(on.app, { hooks: on.hooks });
  await eventually(() => expect(on.api().connections.size).toBe(12));
  expect(off.api().connections.size).toBe(0);
});

it.each<SimulateOptions>([
  { connections: -1 },
  { connections: 100_001 },
  { comePerSecond: Number.NaN },
  { callsPerSecond: 1_001 },
  { publishesPerSecond: -0.1 },
  { staySeconds: -1 },
])("%o is no simulation", (options) => {
  expect(() => simulate(options)).toThrow(RangeError);
});
