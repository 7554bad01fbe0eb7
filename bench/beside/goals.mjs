// What is aimed at beside others, and whether it was reached.
import { median, slope } from "../lib/statistics.mjs";

export const US = "Fugitive";
const BARE = "bare uWebSockets.js";
const SOCKET_IO = "Socket.IO";
const CLUSTER = "Socket.IO, cluster adapter";
const LEAST_SAVED = 2;
const LEAST_BATCHED = 10;
const LEAST_ACROSS = 10;
const LEAST_FAN_OUT = 0.95;
const MOST_IDLE = 2_000;
/** Below, what grows once hides what grows with each. */
const IDLE_FROM = 4_000;
const MANY = 1_000;

const times = (value) => `${value.toFixed(value < 10 ? 2 : 1)} ×`;

/** The median over rounds of one arm's values beside another's in the same round: a slow moment hits both. */
export function besides(one, other, of) {
  return median(one[of].map((value, round) => value / other[of][round]));
}

/** Bytes that each further idle connection takes. */
export function idleSlope({ points }) {
  const later = points.filter(({ connections }) => connections >= IDLE_FROM);
  return slope(later.map(({ connections, bytes }) => [connections, bytes]));
}

/** @returns rows of `{ what, value, goal, met }`, of what was measured */
export function goalsOf(results) {
  return [
    calls(results.calls),
    across(results["across-workers"]),
    fanOut(results["fan-out"]),
    idle(results.idle),
  ].flat();
}

function calls(arms) {
  if (arms === undefined) return [];
  const of = (name, depth) => arms.find((arm) => arm.name === name && arm.depth === depth);
  return [1, 16].flatMap((depth) => {
    const us = of(US, depth);
    const others = arms.filter((arm) => arm.depth === depth && ![US, BARE].includes(arm.name));
    const best = others.reduce((one, other) => (median(other.costs) < median(one.costs) ? other : one));
    const saved = besides(best, us, "costs");
    const beside = `${depth === 1 ? "a call" : "a call, sixteen at a time"}: CPU of ${best.name}, the best but bare, beside ours`;
    const rows = [row(beside, saved, LEAST_SAVED)];
    if (depth > 1) {
      const batched = besides(of(SOCKET_IO, depth), us, "costs");
      rows.push(row("a call, sixteen at a time: CPU of Socket.IO beside ours", batched, LEAST_BATCHED));
    }
    return rows;
  });
}

function across(arms) {
  if (arms === undefined) return [];
  const [us, other] = [US, CLUSTER].map((name) => arms.find((arm) => arm.name === name));
  const what = "publications a second from worker to worker, beside Socket.IO's cluster adapter";
  return [row(what, besides(us, other, "rates"), LEAST_ACROSS)];
}

function fanOut(arms) {
  if (arms === undefined) return [];
  return arms
    .filter(({ name, subscribers }) => name === US && subscribers >= MANY)
    .map((us) => {
      const bare = arms.find(({ name, subscribers }) => name === BARE && subscribers === us.subscribers);
      const what = `one to ${us.subscribers.toLocaleString("en-US")}: CPU of uWebSockets.js's own publish beside ours`;
      return row(what, besides(bare, us, "costs"), LEAST_FAN_OUT);
    });
}

function idle(arms) {
  const us = arms?.find(({ name }) => name === US);
  if (us === undefined) return [];
  const bytes = idleSlope(us);
  const kilobytes = (value) => `${(value / 1_000).toFixed(2)} kB`;
  return [
    {
      what: "each further idle connection",
      value: kilobytes(bytes),
      goal: `≤ ${kilobytes(MOST_IDLE)}`,
      met: bytes <= MOST_IDLE,
    },
  ];
}

function row(what, value, least) {
  return { what, value: times(value), goal: `≥ ${times(least)}`, met: value >= least };
}
