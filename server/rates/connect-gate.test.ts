import { describe, expect, it } from "vitest";
import { type Config, DEFAULT_CONFIG } from "../config.ts";
import type { Connection } from "../connection/connection.ts";
import { createCounters } from "../metrics.ts";
import { RateDesk } from "../primary/rate-desk.ts";
import { networkOf } from "../transport/network-of.ts";
import type { Socket, UpgradeAnswer, UpgradeRequest } from "../transport/transport.ts";
import { ConnectGate } from "./connect-gate.ts";
import { type DeskWorker, joinDesk } from "./test/desk-workers.ts";

const WELCOME: UpgradeAnswer = { subprotocol: "" };

function setup(config: Partial<Config>, workers = 1) {
  const desk = new RateDesk();
  const counters = createCounters();
  const closed: number[] = [];
  const hooks = {
    upgrade: () => WELCOME,
    open: (_: Socket, { address }: UpgradeRequest) =>
      ({
        address,
        network: networkOf(address),
        open: true,
        close: (code: number) => void closed.push(code),
      }) as unknown as Connection,
  };
  const gates = joinDesk(desk, workers).map(({ accounts, uplink, hear }: DeskWorker) => {
    const all = { ...DEFAULT_CONFIG, ...config };
    const gate = new ConnectGate({ hooks, config: all, accounts, uplink, counters });
    hear((frame) => gate.oneTooMany(frame));
    return gate;
  }) as [ConnectGate, ...ConnectGate[]];
  return { gates, gate: gates[0], counters, closed, there: (address: string) => desk.connections.of(`i${address}`) };
}

function from(address: string): UpgradeRequest {
  return { path: "/", query: "", headers: new Map(), address, offers: [], host: "localhost", secure: false };
}

const enter = (gate: ConnectGate, address: string) => gate.open({} as Socket, from(address), "");

describe("the gate in front of the reception", () => {
  it("counts who comes in until it goes, once", () => {
    const { gate, there } = setup({ connectionsPerIp: 2 });
    const connections = [enter(gate, "192.0.2.7"), enter(gate, "192.0.2.7")];
    expect(there("192.0.2.7")).toBe(2);
    for (const connection of [...connections, ...connections]) gate.left(connection);
    expect(there("192.0.2.7")).toBe(0);
  });

  it("closes who is one too many, and from then on refuses the request already", () => {
    const { gate, closed, counters, there } = setup({ connectionsPerIp: 1 });
    expect(gate.upgrade(from("192.0.2.7"))).toBe(WELCOME);
    enter(gate, "192.0.2.7");
    expect(closed).toEqual([]);
    const late = enter(gate, "192.0.2.7");
    expect(closed).toEqual([4429]);
    expect(gate.upgrade(from("192.0.2.7"))).toMatchObject({ status: 429, headers: { "retry-after": "1" } });
    expect(gate.upgrade(from("192.0.2.8"))).toBe(WELCOME);
    expect(counters.refusedConnects).toBe(2);
    gate.left(late);
    expect(there("192.0.2.7")).toBe(1);
  });

  it("knows of who came in elsewhere", () => {
    const { gates, closed } = setup({ connectionsPerIp: 3 }, 2);
    for (let count = 0; count < 4; count++) enter(gates[count % 2] as ConnectGate, "192.0.2.7");
    expect(closed).toEqual([4429]);
  });

  it("takes a network of IPv6 for one address", () => {
    const { gate, closed } = setup({ connectionsPerIp: 1 });
    enter(gate, "2001:db8:0:7::1");
    enter(gate, "2001:db8:0:8::1");
    expect(closed).toEqual([]);
    enter(gate, "2001:db8:0:7:ffff::2");
    expect(closed).toEqual([4429]);
  });

  it("lets so many in at once, and says when the next may come, in whole seconds", () => {
    const { gate } = setup({ connectRate: 1, rateBurstMs: 3_000, connectionsPerIp: "off" });
    for (let count = 0; count < 3; count++) expect(gate.upgrade(from("192.0.2.7"))).toBe(WELCOME);
    expect(gate.upgrade(from("192.0.2.7"))).toMatchObject({ status: 429, headers: { "retry-after": "1" } });
    expect(gate.upgrade(from("192.0.2.8"))).toBe(WELCOME);
  });

  it("lets everybody in who is exempt, and everybody where nothing is limited", () => {
    const few = { connectRate: 1, rateBurstMs: 1, connectionsPerIp: 1 } as const;
    const cases: [config: Partial<Config>, address: string][] = [
      [few, "127.0.0.1"],
      [{ ...few, exemptIps: ["192.0.2.0/24"] }, "192.0.2.7"],
      [{ ...few, rateLimits: "off" }, "192.0.2.7"],
      [{ ...few, connectRate: "off", connectionsPerIp: "off" }, "192.0.2.7"],
    ];
    for (const [config, address] of cases) {
      const { gate, closed } = setup(config);
      for (let count = 0; count < 10; count++) {
        expect(gate.upgrade(from(address))).toBe(WELCOME);
        enter(gate, address);
      }
      expect(closed).toEqual([]);
    }
  });
});
