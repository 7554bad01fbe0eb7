// The goals, and what is measured for each. `npm run bench` runs it.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { benchCalls } from "./calls.mjs";
import { benchCentaurus } from "./centaurus.mjs";
import { benchCompute } from "./compute.mjs";
import { benchConnects } from "./connects.mjs";
import { benchIdle } from "./idle.mjs";
import { median, sum } from "./lib/statistics.mjs";
import { limitRows } from "./limits.mjs";
import { benchPublications } from "./publications.mjs";
import { benchReconnects, describeStorm, largestShare } from "./reconnects.mjs";
import { benchStartup } from "./startup.mjs";
import { tagRows } from "./tags.mjs";
import { transportRows } from "./transports.mjs";
import { benchWorkerDeath, describeDeath } from "./worker-death.mjs";

const MOST_PER_CALL = 1.5;
const MOST_PER_BATCHED_CALL = 1;
const MOST_IDLE_BYTES = 2_000;
const LEAST_PUBLICATIONS = 100_000;
const MOST_STARTUP_MS = 1_500;
const MOST_TASK_MICROSECONDS = 150;
const MOST_LIGHT_TIMES = 2;
const MOST_LIGHT_MS = 10;
const LEAST_HEAVY = 0.9;
const MOST_UNFAIR = 0.2;
const MOST_TOGETHER = 0.3;
const MOST_BACK_MS = 10_000;
const MOST_CENTAURUS = 1;
const MOST_TASK_MS = 20;
const CODEC_LIMIT_MS = 120_000;

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const microseconds = (value) => `${value.toFixed(2)} µs`;
const times = (value) => `${value.toFixed(2)} ×`;

/**
 * The measurements by name, in the order they run. Each gives rows of `{ what, value }`, those that are goals with
 * `{ goal, met }`, and may give a `text` to be shown as it is.
 */
export const MEASUREMENTS = {
  async calls() {
    const arms = Object.fromEntries((await benchCalls()).map((arm) => [arm.name, arm]));
    const echo = arms["bare uWebSockets.js, echo"];
    const codec = arms["bare uWebSockets.js, decode and encode"];
    const one = arms["Fugitive, depth 1"];
    const batched = arms["Fugitive, batches of 16"];
    const perCall = ratio(one, codec);
    const perBatched = ratio(batched, echo);
    return [
      ...Object.values(arms).map(({ name, cpu, rate }) => ({
        what: name,
        value: `${microseconds(cpu)} CPU a call, ${whole.format(rate)}/s`,
      })),
      {
        what: "a call, beside the same message bare",
        value: times(perCall),
        goal: `≤ ${times(MOST_PER_CALL)}`,
        met: perCall <= MOST_PER_CALL,
      },
      {
        what: "a call in a batch of 16, beside a bare echo",
        value: times(perBatched),
        goal: `≤ ${times(MOST_PER_BATCHED_CALL)}`,
        met: perBatched <= MOST_PER_BATCHED_CALL,
      },
    ];
  },

  ...{ transports: transportRows, limits: limitRows, tags: tagRows },

  async publications() {
    const { plain, kept } = await benchPublications();
    const beside = median(kept.rates.map((rate, round) => rate / plain.rates[round]));
    const share = ({ primaryCpu }) => `${microseconds(primaryCpu)} CPU`;
    return [
      {
        what: "publications from worker to worker",
        value: `${whole.format(plain.rate)}/s`,
        goal: `≥ ${whole.format(LEAST_PUBLICATIONS)}/s`,
        met: plain.rate >= LEAST_PUBLICATIONS,
      },
      { what: "the same to a channel with history", value: `${whole.format(kept.rate)}/s, ${times(beside)} as many` },
      { what: "the primary's share of each", value: `${share(plain)}, with history ${share(kept)}` },
    ];
  },

  async idle() {
    const { bare, silent, introduced } = await benchIdle();
    const bytes = ({ resident }) => `${whole.format(resident)} bytes`;
    return [
      { what: "an idle connection, bare", value: bytes(bare) },
      { what: "an idle connection that said nothing", value: bytes(silent) },
      {
        what: "an idle connection with a session",
        value: bytes(introduced),
        goal: `≤ ${whole.format(MOST_IDLE_BYTES)} bytes`,
        met: Math.max(silent.resident, introduced.resident) <= MOST_IDLE_BYTES,
      },
    ];
  },

  async connects() {
    const { rate, before, after } = await benchConnects();
    const left = sum(after) - sum(before);
    return [
      { what: "connects and closes, dealt in turn", value: `${whole.format(rate)}/s` },
      { what: "descriptors left by 50,000 of them", value: String(left), goal: "none", met: left <= 0 },
    ];
  },

  async compute() {
    const { overhead, saturation, fairness } = await benchCompute();
    const { idle, full, hashes, throughput } = saturation;
    const mostLight = Math.max(MOST_LIGHT_TIMES * idle, MOST_LIGHT_MS);
    const deviation = `${(100 * fairness.worst).toFixed(0)} %`;
    return [
      { what: "an empty task on bare piscina", value: microseconds(overhead.bare) },
      { what: "a light call over the network", value: microseconds(overhead.light) },
      { what: "an empty task over the network", value: microseconds(overhead.empty) },
      {
        what: "an empty task, call to answer, over bare piscina",
        value: `${microseconds(overhead.more)} more`,
        goal: `≤ ${MOST_TASK_MICROSECONDS} µs`,
        met: overhead.more <= MOST_TASK_MICROSECONDS,
      },
      {
        what: "p99 of light calls while the pool is full",
        value: `${full.toFixed(2)} ms, idle ${idle.toFixed(2)} ms`,
        goal: `≤ ${mostLight.toFixed(1)} ms`,
        met: full <= mostLight,
      },
      {
        what: "hashes, beside bare piscina",
        value: `${times(throughput)}, ${hashes.toFixed(1)}/s`,
        goal: `≥ ${times(LEAST_HEAVY)}`,
        met: throughput >= LEAST_HEAVY,
      },
      {
        what: "15 clients beside one that asks for ten times as much",
        value: `${deviation} from an equal share at most`,
        goal: `≤ ${(100 * MOST_UNFAIR).toFixed(0)} %`,
        met: fairness.worst <= MOST_UNFAIR,
      },
    ];
  },

  async startup() {
    const { middle, slowest } = await benchStartup();
    return [
      {
        what: "start to /readyz, once built",
        value: `${whole.format(middle)} ms, ${whole.format(slowest)} ms at most`,
        goal: `< ${whole.format(MOST_STARTUP_MS)} ms`,
        met: middle < MOST_STARTUP_MS,
      },
    ];
  },

  async reconnects() {
    const { count, storms } = await benchReconnects();
    return storms.flatMap((storm) => {
      const { how, away, back, cpu, busiest, promised } = storm;
      const when = `server ${how}, away for ${(away / 1_000).toFixed(1)} s`;
      const together = largestShare(back);
      const alone = largestShare(promised);
      const percent = (share) => `${(100 * share).toFixed(0)} %`;
      return [
        {
          what: `clients back, ${when}`,
          value: whole.format(back.length),
          goal: `all ${whole.format(count)}`,
          met: back.length === count,
        },
        {
          what: `of them within one second, ${when}`,
          value: `${percent(together)}, ${percent(alone)} by chance alone`,
          // after a short absence they come back soon, and so together
          ...(alone < MOST_TOGETHER && { goal: `≤ ${percent(MOST_TOGETHER)}`, met: together <= MOST_TOGETHER }),
        },
        {
          what: `the server's CPU for that, ${when}`,
          value: `${cpu.toFixed(1)} s, ${percent(busiest)} of a core in its busiest second`,
        },
        { what: `clients that come back, ${when}`, text: describeStorm(count, storm) },
      ];
    });
  },

  async "worker-death"() {
    const death = await benchWorkerDeath();
    const { count, back, wrong, behind } = death;
    const last = Math.max(...back);
    return [
      {
        what: `${whole.format(count)} clients, a socket worker killed: the last one back`,
        value: `${(last / 1_000).toFixed(1)} s, ${whole.format(back.length)} had lost it`,
        goal: `≤ ${MOST_BACK_MS / 1_000} s`,
        met: last <= MOST_BACK_MS,
      },
      {
        what: "publications wrong or missing by that",
        value: String(wrong + behind),
        goal: "none",
        met: wrong + behind === 0,
      },
      { what: "clients that come back, socket worker killed", text: describeDeath(death) },
    ];
  },

  async centaurus() {
    const { costs, apart, within } = await benchCentaurus();
    const { Centaurus, ...others } = costs;
    const beside = (name) => {
      const its = (how) => ratio({ costs: Centaurus[how] }, { costs: others[name][how] });
      const [all, alone] = [its("pipelined"), its("sequential")];
      return {
        what: `small calls by Centaurus beside ${name}'s`,
        // one by one it is the browser's way from thread to thread that counts
        value: `${times(all)} pipelined, ${times(alone)} one by one`,
        goal: `≤ ${times(MOST_CENTAURUS)} pipelined`,
        met: all <= MOST_CENTAURUS,
      };
    };
    const cost = ([name, { pipelined, sequential }]) => ({
      what: `a small call in a page, ${name}`,
      value: `${microseconds(median(pipelined))} pipelined, ${microseconds(median(sequential))} one by one`,
    });
    return [
      ...Object.entries(costs).map(cost),
      ...["Comlink", "workerpool"].map(beside),
      {
        what: "the page's longest task during 1 s of hashing, in a web worker",
        value: `${apart.longest.toFixed(1)} ms, in the page itself ${whole.format(within.longest)} ms`,
        goal: `≤ ${MOST_TASK_MS} ms`,
        met: apart.longest <= MOST_TASK_MS,
      },
    ];
  },

  /** Behind a decision rather than a goal; a process of its own, so that nothing it compiled slows the others. */
  async codec() {
    const file = fileURLToPath(new URL("codec.mjs", import.meta.url));
    const text = execFileSync(process.execPath, [file], { encoding: "utf8", timeout: CODEC_LIMIT_MS });
    return [{ what: "the codec", text }];
  },
};

/** The median over rounds of what one arm cost beside another in the same round: a slow moment hits both. */
function ratio(arm, base) {
  return median(arm.costs.map((cost, round) => cost / base.costs[round]));
}
