import type { ControlServices } from "../control-port/route.ts";
import { statusReport } from "../control-port/status-report.ts";
import type { MetricName } from "../metrics/definitions.ts";
import { type Counted, Growth, sum, valuesOf } from "./growth.ts";
import type { ChannelTop, ComputeStats, ProcedureTop, Rates, Stats, Tops, Troubles, WorkerStats } from "./stats.ts";

export interface Observed {
  readonly stats: Stats;
  readonly tops: Tops;
}

export type ObserverOptions = Pick<ControlServices, "primary" | "config" | "version" | "startedAt">;

const MOST_TOPS = 10;
const MS_PER_SECOND = 1_000;
/** What is read of all that is counted. */
const METRIC = {
  calls: "fugitive_calls_total",
  durations: "fugitive_call_duration_seconds",
  lag: "fugitive_event_loop_lag_seconds",
  loop: "fugitive_event_loop_seconds_total",
  messages: "fugitive_messages_total",
  bytes: "fugitive_message_bytes_total",
  publications: "fugitive_publications_total",
  deliveries: "fugitive_deliveries_total",
  slowReaders: "fugitive_slow_readers_total",
  dropped: "fugitive_publications_dropped_total",
  leftOut: "fugitive_publications_left_out_total",
  rateLimited: "fugitive_rate_limited_total",
} as const satisfies Readonly<Record<string, MetricName>>;

/** Looks at the whole server, and compares with what it saw the last time. */
export class Observer {
  readonly #options: ObserverOptions;
  #before: { readonly counted: Counted; readonly at: number } | undefined;

  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  /** Forgets what it saw: what was counted since then is not of one second. */
  rest(): void {
    this.#before = undefined;
  }

  async look(): Promise<Observed> {
    const { primary } = this.#options;
    const [report, counted, channels] = await Promise.all([
      statusReport(primary),
      primary.metrics.snapshot(),
      primary.control.askAll("channels", [MOST_TOPS]),
    ]);
    const now = performance.now();
    const before = this.#before;
    const seconds = before === undefined ? 1 : (now - before.at) / MS_PER_SECOND;
    const growth = before && new Growth(before.counted, counted, seconds);
    this.#before = { counted, at: now };
    return {
      stats: this.#stats(report, growth),
      tops: {
        procedures: growth === undefined ? [] : busiestProcedures(growth),
        // what is told first was delivered over nobody knows how long
        channels: busiestChannels(channels.answers, before === undefined ? undefined : seconds),
        moreChannels: channels.answers.some(({ answer }) => answer.more),
      },
    };
  }

  #stats(report: Awaited<ReturnType<typeof statusReport>>, growth: Growth | undefined): Stats {
    const { workers, compute, rollout, hosts } = report;
    const { config, version, startedAt, primary } = this.#options;
    const { failure, running, queued } = rollout;
    const uptime = (Date.now() - startedAt) / MS_PER_SECOND;
    const own = { pid: process.pid, uptime, memory: process.memoryUsage.rss() };
    return {
      ...{ at: Date.now(), node: config.node, version, uptime, ready: primary.ready },
      primary: { ...own, ...loadOf(growth, "primary", "") },
      workers: workers.map((worker): WorkerStats => ({ ...worker, ...loadOf(growth, "worker", `${worker.worker}`) })),
      ...(compute !== undefined && {
        compute: { ...computeStats({ ...compute, pid: compute.pid ?? 0 }), ...loadOf(growth, "compute", "") },
      }),
      ...(hosts !== undefined && { hosts }),
      rollout: { running, queued, ...(failure !== undefined && { failure: String(failure) }) },
      ...(growth !== undefined && { rates: ratesOf(growth), troubles: troublesOf(growth.now), ...latencyOf(growth) }),
    };
  }
}

type Reported = Pick<ComputeStats, "pid" | "uptime"> & {
  readonly [Name in "threads" | "queued" | "running" | "memory"]?: number | undefined;
};

function computeStats({ pid, uptime, threads, queued, running, memory }: Reported): ComputeStats {
  if (threads === undefined || queued === undefined || running === undefined || memory === undefined) {
    return { pid, uptime, silent: true };
  }
  return { pid, uptime, threads, queued, running, memory };
}

function loadOf(growth: Growth | undefined, kind: string, worker: string) {
  if (growth === undefined) return {};
  const lagMs = growth.quantileMs(0.99, METRIC.lag, kind, worker);
  const busy = growth.perSecond(METRIC.loop, kind, worker, "busy");
  const idle = growth.perSecond(METRIC.loop, kind, worker, "idle");
  return { ...(lagMs !== undefined && { lagMs }), ...(busy + idle > 0 && { busy: busy / (busy + idle) }) };
}

function ratesOf(growth: Growth): Rates {
  const calls = growth.perSecond(METRIC.calls);
  return {
    received: growth.perSecond(METRIC.messages, "in"),
    sent: growth.perSecond(METRIC.messages, "out"),
    bytesIn: growth.perSecond(METRIC.bytes, "in"),
    bytesOut: growth.perSecond(METRIC.bytes, "out"),
    calls,
    failedCalls: Math.max(0, calls - growth.perSecond(METRIC.calls, undefined, "ok")),
    publications: growth.perSecond(METRIC.publications),
    deliveries: growth.perSecond(METRIC.deliveries),
  };
}

function latencyOf(growth: Growth) {
  const [p50, p99] = [growth.quantileMs(0.5, METRIC.durations), growth.quantileMs(0.99, METRIC.durations)];
  return p50 === undefined || p99 === undefined ? {} : { latency: { p50, p99 } };
}

function troublesOf(counted: Counted): Troubles {
  return {
    slowReaders: sum(counted, METRIC.slowReaders),
    dropped: sum(counted, METRIC.dropped) + sum(counted, METRIC.leftOut),
    rateLimited: sum(counted, METRIC.rateLimited),
  };
}

function busiestProcedures(growth: Growth): ProcedureTop[] {
  const found = valuesOf(growth.now, METRIC.calls, 0).map((name) => ({
    name,
    calls: growth.perSecond(METRIC.calls, name),
  }));
  const busiest = found.filter(({ calls }) => calls > 0).sort((one, other) => other.calls - one.calls);
  return busiest.slice(0, MOST_TOPS).map(({ name, calls }) => ({
    ...{ name: name || "(not there)", calls },
    failed: Math.max(0, calls - growth.perSecond(METRIC.calls, name, "ok")),
    p50: growth.quantileMs(0.5, METRIC.durations, name) ?? 0,
    p99: growth.quantileMs(0.99, METRIC.durations, name) ?? 0,
  }));
}

interface ChannelsAnswer {
  readonly answer: { readonly channels: readonly (readonly [string, number, number])[] };
}

/** @param seconds that deliveries are of; undefined where that is not known */
function busiestChannels(answers: readonly ChannelsAnswer[], seconds: number | undefined): ChannelTop[] {
  const all = new Map<string, { subscribers: number; deliveries: number }>();
  for (const { answer } of answers) {
    for (const [name, subscribers, delivered] of answer.channels) {
      const known = all.get(name) ?? { subscribers: 0, deliveries: 0 };
      known.subscribers += subscribers;
      known.deliveries += seconds === undefined ? 0 : delivered / seconds;
      all.set(name, known);
    }
  }
  const found = [...all].map(([name, counts]) => ({ name, ...counts }));
  // who delivers most first, and among the quiet those with most subscribers
  found.sort((one, other) => other.deliveries - one.deliveries || other.subscribers - one.subscribers);
  return found.slice(0, MOST_TOPS);
}
