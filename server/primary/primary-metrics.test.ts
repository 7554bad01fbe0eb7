import { describe, expect, it, vi } from "vitest";
import { SnapshotBuilder } from "../metrics/snapshot.ts";
import { samplesOf } from "../test/prometheus-parser.ts";
import type { AllAnswers } from "./control-desk.ts";
import { type Counted, PrimaryMetrics, type PrimaryMetricsOptions } from "./primary-metrics.ts";

type Worker = Counted["workers"][number];
type Compute = Counted["computes"][number];

/** What a worker tells that has opened so many connections, all of which it has still. */
function counted(worker: number, opened: number) {
  const snapshot = new SnapshotBuilder();
  snapshot.add("fugitive_connections", [String(worker)], opened);
  snapshot.add("fugitive_connections_opened_total", [], opened);
  return snapshot.build();
}

const EMPTY = { size: 0, bytes: 0 };

/** A primary whose processes are what somebody says. */
function setup(sharing?: PrimaryMetricsOptions["sharing"]) {
  const state = {
    workers: [] as Worker[],
    members: [] as number[],
    opened: new Map<number, number>(),
    deaths: 0,
    computes: [] as Compute[],
  };
  const answersOf = (): AllAnswers<ReturnType<typeof counted>> => ({
    answers: [...state.opened].map(([member, opened]) => ({ member, path: "", answer: counted(member, opened) })),
    silent: [],
  });
  const askAll = vi.fn(async () => answersOf());
  const primary: Counted = {
    get workers() {
      return state.workers;
    },
    get deaths() {
      return state.deaths;
    },
    get computes() {
      return state.computes;
    },
    kept: {
      paths: [],
      jobs: [{ queue: undefined, counts: { result: 0, error: 0, expired: 0, dead: 0 } }],
      stores: [
        {
          sessions: { size: 5, away: 2 },
          answers: EMPTY,
          queued: EMPTY,
          histories: { size: 1, bytes: 900 },
          presence: { size: 0, spent: 0 },
          peers: { size: 0 },
        },
      ],
    },
    control: {
      askAll: askAll as never,
      members: () => state.members,
      unsent: () => state.members.map((member) => [member, member * 10] as const),
    },
  };
  const metrics = new PrimaryMetrics({ primary, sharing, node: 'a "node"', version: "1.2.3" });
  const samples = async () => samplesOf(await metrics.text());
  return { state, metrics, askAll, samples };
}

const report = (threadRestarts: number) => ({
  ...{ threads: 1, queued: 0, running: 0, queuedBytes: 0, memory: 1, threadRestarts, procedures: {} },
});

describe("what the primary tells", () => {
  it("adds up all workers, and says of each that it is up, and what waits for it", async () => {
    const { state, samples } = setup();
    state.workers = [
      { number: 1, member: 1, state: "serving" },
      { number: 2, member: 2, state: "serving" },
    ];
    state.members = [1, 2];
    state.opened.set(1, 3).set(2, 4);
    const told = await samples();
    expect(Object.fromEntries(told)).toMatchObject({
      'fugitive_info{node="a \\"node\\"",version="1.2.3"}': 1,
      'fugitive_workers{state="serving"}': 2,
      'fugitive_worker_up{worker="1"}': 1,
      'fugitive_worker_up{worker="2"}': 1,
      'fugitive_connections{worker="1"}': 3,
      'fugitive_connections{worker="2"}': 4,
      "fugitive_connections_opened_total{}": 7,
      'fugitive_downlink_unsent_bytes{worker="2"}': 20,
      'fugitive_sessions{state="connected"}': 3,
      'fugitive_sessions{state="away"}': 2,
      "fugitive_history_bytes{}": 900,
    });
    expect(told.has("fugitive_compute_up{}")).toBe(false);
    expect([...told.keys()].filter((name) => /hosts|redis/.test(name))).toEqual([]);
  });

  it("says how it is with what it shares with other hosts, where it does", async () => {
    const counts = { connects: 2, batches: 30, done: 400, failed: 5, lost: 6, refused: 7 };
    const alive = new Map(["a", "b"].map((id) => [id, { id, node: id, since: 0 }]));
    const { samples } = setup({ isUp: true, waiting: 80, counts, registry: { alive } });
    expect(Object.fromEntries(await samples())).toMatchObject({
      "fugitive_hosts{}": 2,
      "fugitive_redis_up{}": 1,
      "fugitive_redis_connects_total{}": 2,
      "fugitive_redis_batches_total{}": 30,
      'fugitive_redis_calls_total{outcome="done"}': 400,
      'fugitive_redis_calls_total{outcome="lost"}': 6,
      "fugitive_redis_waiting_bytes{}": 80,
    });
  });

  it("says that a worker is silent, and keeps its totals but not its sizes", async () => {
    const { state, samples } = setup();
    state.workers = [{ number: 3, member: 7, state: "serving" }];
    state.members = [7];
    state.opened.set(7, 5);
    await samples();
    state.opened.clear();
    const told = await samples();
    expect(told.get('fugitive_worker_up{worker="3"}')).toBe(0);
    expect(told.get("fugitive_connections_opened_total{}")).toBe(5);
    expect([...told.keys()].filter((series) => series.startsWith("fugitive_connections{"))).toEqual([]);
  });

  it("says the same of one that starts, where no other has its number", async () => {
    const { state, samples } = setup();
    state.workers = [
      { number: 1, member: 1, state: "draining" },
      { number: 1, member: 3, state: "starting" },
      { number: 2, member: 4, state: "starting" },
    ];
    state.members = [1];
    state.opened.set(1, 1);
    const told = await samples();
    expect([1, 2].map((number) => told.get(`fugitive_worker_up{worker="${number}"}`))).toEqual([1, 0]);
    expect(told.get('fugitive_workers{state="starting"}')).toBe(2);
  });

  it("says that a number is down where one of its two processes is silent", async () => {
    const { state, samples } = setup();
    state.workers = [
      { number: 1, member: 1, state: "draining" },
      { number: 1, member: 2, state: "serving" },
    ];
    state.members = [1, 2];
    state.opened.set(2, 1);
    expect((await samples()).get('fugitive_worker_up{worker="1"}')).toBe(0);
  });

  it("says that all are silent where all refuse", async () => {
    const { state, samples, askAll } = setup();
    state.workers = [{ number: 1, member: 1, state: "serving" }];
    state.members = [1];
    askAll.mockRejectedValueOnce(new Error("refused"));
    expect((await samples()).get('fugitive_worker_up{worker="1"}')).toBe(0);
  });

  it("does not fall when a compute host dies, is silent, or ends with its code", async () => {
    const { state, samples } = setup();
    let answer: ReturnType<typeof report> | undefined = report(2);
    const host = { pid: 1, bornAt: 0, restarts: 0, report: async () => answer };
    state.computes = [host];
    const deaths = (told: ReadonlyMap<string, number>) => [
      told.get("fugitive_compute_up{}"),
      told.get("fugitive_compute_deaths_total{}"),
      told.get("fugitive_compute_thread_deaths_total{}"),
    ];
    expect(deaths(await samples())).toEqual([1, 0, 2]);
    answer = undefined;
    expect(deaths(await samples())).toEqual([0, 0, 2]);
    Object.assign(host, { pid: 2, bornAt: 5, restarts: 1 });
    answer = report(1);
    expect(deaths(await samples())).toEqual([1, 1, 3]);
    state.computes = [{ pid: 3, bornAt: 9, restarts: 0, report: async () => report(0) }];
    expect(deaths(await samples())).toEqual([1, 1, 3]);
    state.computes = [];
    expect(deaths(await samples())).toEqual([undefined, 1, 3]);
  });

  it("is gathered once for all who ask at the same time", async () => {
    const { metrics, askAll } = setup();
    const [one, other] = await Promise.all([metrics.text(), metrics.text()]);
    expect(one).toBe(other);
    expect(askAll).toHaveBeenCalledTimes(1);
    await metrics.text();
    expect(askAll).toHaveBeenCalledTimes(2);
  });
});
