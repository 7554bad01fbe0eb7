import { describe, expect, it } from "vitest";
import { Kind } from "../../shared/message.ts";
import type { Socket, TransportHooks, UpgradeRequest } from "../transport/transport.ts";
import { CallMetrics } from "./call-metrics.ts";
import { METRIC_NAMES, METRICS } from "./definitions.ts";
import { WorkerMetrics } from "./worker-metrics.ts";

const SIZED = {
  connections: { size: 3 },
  hub: { size: 2, subscriptions: 5 },
  uplink: { unsent: 7 },
  deadlines: { size: 1 },
  fairness: { waiting: 11 },
  procedures: new Map(),
  streams: undefined,
};

function setup(tags?: readonly string[], alone?: boolean) {
  const metrics = new WorkerMetrics(4, { flushLater: () => undefined }, tags, alone);
  /** The values by what they are called, with their labels. */
  const told = () =>
    new Map(
      METRIC_NAMES.flatMap((name) =>
        (metrics.snapshot(SIZED)[name] ?? []).map(([labels, [value]]) => [[name, ...labels].join(" "), value] as const),
      ),
    );
  return { metrics, told };
}

describe("what a socket worker tells", () => {
  it("has its number where the sizes are its own", () => {
    const { told } = setup();
    expect(Object.fromEntries(told())).toMatchObject({
      "fugitive_connections 4": 3,
      "fugitive_channels 4": 2,
      "fugitive_subscriptions 4": 5,
      "fugitive_uplink_unsent_bytes 4": 7,
      "fugitive_calls_in_flight 4": 1,
      "fugitive_waiting_bytes 4": 11,
    });
  });

  it("has as many labels for each series as its metric has", () => {
    const { metrics } = setup(["plan"]);
    metrics.tags.changed("plan", undefined, "pro");
    metrics.unknown.failed("NOT_FOUND");
    const called = new CallMetrics("add", metrics.errors);
    called.ok++;
    const snapshot = metrics.snapshot({ ...SIZED, procedures: new Map([["add", { metrics: called } as never]]) });
    expect(snapshot.fugitive_call_duration_seconds?.length).toBe(1);
    for (const name of METRIC_NAMES) {
      for (const [labels] of snapshot[name] ?? []) expect(labels.length, name).toBe(METRICS[name].labels.length);
    }
  });

  it("has every counter, each in a series of its own", () => {
    const { metrics, told } = setup();
    const before = told();
    const keys = Object.keys(metrics.counters) as (keyof typeof metrics.counters)[];
    for (const [index, key] of keys.entries()) metrics.counters[key] = 1_000 + index;
    const changed = [...told()].filter(
      ([series, value]) => (before.get(series) ?? 0) < 1_000 && Number(value) >= 1_000,
    );
    const counted = changed.map(([, value]) => value).filter((value) => Number(value) < 1_000 + keys.length);
    expect(counted.toSorted()).toEqual(keys.map((_, index) => 1_000 + index));
  });

  it("leaves the process to another, where there is one in it", () => {
    const own = setup().told();
    const mounted = setup([], false).told();
    expect(own.has("fugitive_resident_memory_bytes worker 4")).toBe(true);
    expect([...mounted.keys()].filter((series) => /_(?:memory|heap|cpu|event_loop)_/.test(series))).toEqual([]);
  });

  it("counts messages by kind and direction, and the bytes of their frames", () => {
    const { metrics, told } = setup();
    const { traffic } = metrics;
    traffic.received(100);
    (traffic.came[Kind.CALL] as number) += 2;
    traffic.sent("four");
    const sent: string[] = [];
    const broadcast = traffic.broadcast({ publish: (topic) => void sent.push(topic) });
    broadcast.publish("bnews", new Uint8Array(10), Kind.EVENT, 3);
    expect(sent).toEqual(["bnews"]);
    expect(Object.fromEntries(told())).toMatchObject({
      "fugitive_messages_total in CALL": 2,
      "fugitive_messages_total out EVENT": 3,
      fugitive_deliveries_total: 3,
      "fugitive_message_bytes_total in": 100,
      "fugitive_message_bytes_total out": 34,
    });
    // what only one side ever says is told of that side only
    expect(told().has("fugitive_messages_total in WELCOME")).toBe(false);
    expect(told().has("fugitive_messages_total out HELLO")).toBe(false);
  });

  it("counts who comes in, who is refused and why, and who leaves how", () => {
    const { metrics, told } = setup();
    let status = 0;
    const hooks: TransportHooks = {
      upgrade: () => (status === 0 ? { subprotocol: "" } : { status, body: "" }),
      open: () => ({}) as never,
    };
    const door = metrics.door.watched(hooks);
    const request = {} as UpgradeRequest;
    for (status of [0, 400, 403, 429, 503, 503, 418]) door.upgrade(request);
    door.open({} as Socket, request, "");
    for (const code of [1006, 4408, 4408, 4999, 3000]) metrics.door.closed(code);
    expect(Object.fromEntries(told())).toMatchObject({
      fugitive_connections_opened_total: 1,
      "fugitive_upgrades_refused_total subprotocol": 1,
      "fugitive_upgrades_refused_total origin": 1,
      "fugitive_upgrades_refused_total rate": 1,
      "fugitive_upgrades_refused_total restarting": 2,
      "fugitive_upgrades_refused_total other": 1,
      "fugitive_connections_closed_total 1000": 0,
      "fugitive_connections_closed_total 1006": 1,
      "fugitive_connections_closed_total 4408": 2,
      "fugitive_connections_closed_total other": 2,
    });
  });
});
