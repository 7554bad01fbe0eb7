import { describe, expect, it } from "vitest";
import { type Config, DEFAULT_CONFIG } from "../config.ts";
import { createCounters } from "../metrics.ts";
import { RateDesk } from "../primary/rate-desk.ts";
import type { Socket, SocketOwner, TransportHooks, UpgradeAnswer, UpgradeRequest } from "../transport/transport.ts";
import { ConnectGate } from "./connect-gate.ts";
import { joinDesk } from "./test/desk-workers.ts";

const WELCOME: UpgradeAnswer = { subprotocol: "" };
const SOCKET = {} as Socket;

function setup(config: Partial<Config>, upgrade: TransportHooks["upgrade"] = () => WELCOME) {
  const desk = new RateDesk();
  const [worker] = joinDesk(desk, 1);
  if (worker === undefined) throw new Error("There is none.");
  const counters = createCounters();
  const open = () => ({}) as SocketOwner;
  const gate = new ConnectGate({ upgrade, open }, { ...DEFAULT_CONFIG, ...config }, worker.uplink, counters);
  return { gate, counters, there: (address: string) => desk.connections.of(address) };
}

function from(address: string): UpgradeRequest {
  return { path: "/", query: "", headers: new Map(), address, offers: [] };
}

/** What is heard of an upgrade is heard by now. */
const later = () => new Promise((resolve) => setImmediate(resolve));

describe("the gate in front of the reception", () => {
  it("lets in who may come, and counts it until it goes", async () => {
    const { gate, there, counters } = setup({ connectionsPerIp: 1 });
    const request = from("192.0.2.7");
    expect(await gate.upgrade(request)).toBe(WELCOME);
    const owner = gate.open(SOCKET, request, "");
    await later();
    expect(there("192.0.2.7")).toBe(1);
    expect(await gate.upgrade(from("192.0.2.7"))).toMatchObject({ status: 429, headers: { "retry-after": "5" } });
    expect(await gate.upgrade(from("192.0.2.8"))).toBe(WELCOME);
    expect(counters.refusedConnects).toBe(1);
    gate.left(owner);
    gate.left(owner);
    expect(there("192.0.2.7")).toBe(0);
    expect(await gate.upgrade(from("192.0.2.7"))).toBe(WELCOME);
  });

  it("counts a network of IPv6 as one address", async () => {
    const { gate } = setup({ connectionsPerIp: 1 });
    const request = from("2001:db8:0:7::1");
    await gate.upgrade(request);
    gate.open(SOCKET, request, "");
    expect(await gate.upgrade(from("2001:db8:0:7:ffff::2"))).toMatchObject({ status: 429 });
    expect(await gate.upgrade(from("2001:db8:0:8::1"))).toBe(WELCOME);
  });

  it("does not count who hangs up before it is in", async () => {
    const { gate, there } = setup({ connectionsPerIp: 1 });
    await gate.upgrade(from("192.0.2.7"));
    await later();
    expect(there("192.0.2.7")).toBe(0);
  });

  it.each([
    ["is refused for something else", async (): Promise<UpgradeAnswer> => ({ status: 400, body: "no" })],
    ["fails", () => Promise.reject(new Error("broken"))],
  ])("does not count who %s", async (_, upgrade) => {
    const { gate, there } = setup({ connectionsPerIp: 1 }, upgrade);
    await Promise.resolve(gate.upgrade(from("192.0.2.7"))).catch(() => undefined);
    await later();
    expect(there("192.0.2.7")).toBe(0);
  });

  it("asks nothing about who is exempt, nor where nothing is limited", () => {
    expect(setup({ connectionsPerIp: 1 }).gate.upgrade(from("127.0.0.1"))).toBe(WELCOME);
    expect(setup({ rateLimits: "off" }).gate.upgrade(from("192.0.2.7"))).toBe(WELCOME);
    const off = setup({ connectRate: "off", connectionsPerIp: "off" });
    expect(off.gate.upgrade(from("192.0.2.7"))).toBe(WELCOME);
  });

  it("says when the next may come, in whole seconds", async () => {
    const { gate } = setup({ connectRate: 1, rateBurstMs: 1_000, connectionsPerIp: "off" });
    await gate.upgrade(from("192.0.2.7"));
    expect(await gate.upgrade(from("192.0.2.7"))).toMatchObject({ status: 429, headers: { "retry-after": "1" } });
  });
});
