import { createServer } from "node:http";
import { expect, it, onTestFinished, vi } from "vitest";
import { DEFAULT_CONFIG } from "../config.ts";
import { controlGate } from "../control-port/control-gate.ts";
import type { ControlServices } from "../control-port/route.ts";
import { createLogger } from "../logger.ts";
import { IDLE } from "../test/control-port.ts";
import { eventually } from "../test/patience.ts";
import { RawClient } from "../test/raw-client.ts";
import { createDashboard } from "./dashboard.ts";

const log = createLogger({ level: "fatal", format: "json" });

async function open() {
  const askAll = vi.fn(async () => ({ answers: [], silent: [] }));
  const services: ControlServices = {
    ...{ version: "1.2.3", startedAt: Date.now(), config: DEFAULT_CONFIG, drain: () => undefined },
    primary: { ...IDLE, control: { ...IDLE.control, askAll } },
    nextWorker: () => undefined,
  };
  const gate = controlGate({ controlHost: "127.0.0.1", controlToken: "", controlAllow: [] });
  const dashboard = createDashboard({ config: DEFAULT_CONFIG, log, services, gate });
  const server = createServer();
  server.on("upgrade", (...request) => dashboard.upgrade(...request));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  onTestFinished(async () => {
    await dashboard.close();
    server.close();
  });
  return { askAll, connect: () => RawClient.connect({ port }) };
}

/** A second and more goes by. */
const ticks = () => new Promise((resolve) => setTimeout(resolve, 1_500));

it("nothing is asked of workers while nobody watches, be it that pages are there", async () => {
  const { askAll, connect } = await open();
  const [one, other] = [await connect(), await connect()];
  expect(await one.ask([14, "there"])).toEqual([15, "there"]);
  await ticks();
  expect(askAll).not.toHaveBeenCalled();
  one.send([8, 1, "stats"]);
  other.send([8, 1, "stats"]);
  await eventually(() => expect(askAll.mock.calls.length).toBeGreaterThan(1));
  one.destroy();
  other.send([10, 2, "stats"]);
  await eventually(async () => expect(await other.next()).toMatchObject([5, 2]));
  await ticks();
  const asked = askAll.mock.calls.length;
  await ticks();
  expect(askAll.mock.calls.length).toBe(asked);
  other.send([8, 3, "stats"]);
  await eventually(() => expect(askAll.mock.calls.length).toBeGreaterThan(asked));
});

it("who comes later is told at once what others have seen", async () => {
  const { connect } = await open();
  const one = await connect();
  one.send([8, 1, "stats"]);
  await eventually(async () => expect(await one.next()).toMatchObject([12, "stats", {}, { offset: 2 }]));
  const other = await connect();
  const [, , history] = (await other.ask([2, 1, "$history", { channel: "stats" }])) as [number, number, unknown[]];
  expect(history.length).toBeGreaterThan(1);
  expect(history[0]).toMatchObject({ offset: 1, data: { version: "1.2.3", workers: [] } });
});
