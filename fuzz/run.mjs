import { setTimeout as sleep } from "node:timers/promises";
import { checkHoldings, holdings } from "../stress/checks/holdings.mjs";
import { checkLog } from "../stress/checks/log-check.mjs";
import { watchMemory } from "../stress/checks/memory-watch.mjs";
import { Cluster } from "../stress/cluster.mjs";
import { Complaints } from "../stress/complaints.mjs";
import { Random } from "../stress/random.mjs";
import { World } from "../stress/world.mjs";
import { BOMB_ATTACKS } from "./attacks/bombs.mjs";
import { FRAME_ATTACKS } from "./attacks/frames.mjs";
import { HTTP_ATTACKS } from "./attacks/http.mjs";
import { READER_ATTACKS } from "./attacks/readers.mjs";
import { STORM_ATTACKS } from "./attacks/storms.mjs";
import { Bystanders } from "./bystanders.mjs";

export const ATTACKS = { ...FRAME_ATTACKS, ...BOMB_ATTACKS, ...STORM_ATTACKS, ...READER_ATTACKS, ...HTTP_ATTACKS };
/**
 * The system's allocator gives back what was freed when it likes: what a socket worker has of the system may be so much
 * more than at the start, in bytes. Its heap says what is held on to, and is looked at for itself.
 */
const SPARE_BYTES = 400_000_000;

/** How long it is measured what bystanders notice where nothing happens, in milliseconds. */
const BASE_MS = 1_500;
/** What becomes of connections that were left gets so long before the next attack, in milliseconds. */
const REST_MS = 60;
const BYSTANDERS_OF_ONE = 2;
/**
 * A bystander may wait so many times as long as without attack. Attackers, bystanders and server share the machine,
 * which may be busy otherwise: what is less than the floor, in milliseconds, tells of that and not of the server.
 */
const TIMES = 3;
const FLOOR_MS = 5_000;
/** The same where all attack at once, and each has a small part of the machine. */
const FLOOR_OF_ALL_MS = 20_000;
/** More than at the start, this is no leak, in bytes: code that was compiled, and buffers that grew. */
const SPARE_HEAP = 40_000_000;
const SETTINGS = { SEND_BUDGET: "2000000", SESSION_WINDOW_MS: "5000", HISTORY_BUDGET: "16777216" };
/** Whatever happens, a run is over so long after its time, in milliseconds. */
const LAST_MS = 120_000;

/**
 * Attacks a cluster, one way after the other and then all at once, and looks what bystanders notice and what is left.
 *
 * @param options `seed`, `seconds`, `workers`; `only`, a part of the names of attacks; `say` gets progress, `complain`
 * each thing that is wrong; `signal` ends the run early
 * @returns what happened how often, what bystanders noticed, and how much was wrong
 */
export async function run({ seed, seconds, workers, only = "", say, complain, signal }) {
  const complaints = new Complaints(complain, () => undefined);
  const cluster = await Cluster.start(workers, "../fuzz/app.mjs", SETTINGS);
  try {
    const world = new FuzzWorld(cluster, complaints, new Random(seed));
    signal.addEventListener("abort", () => world.stop());
    const late = sleep(seconds * 1_000 + LAST_MS, "late", { ref: false });
    const report = [];
    const acted = act(world, { seconds, workers, only, say, report }).catch((error) =>
      world.complain(`the run failed by itself: ${error?.stack ?? error}`),
    );
    if ((await Promise.race([acted, late])) === "late") world.complain("the run does not end");
    return { counts: world.counts, complaints: complaints.count, log: cluster.log, report };
  } finally {
    cluster.kill();
  }
}

/** What all attacks share. */
class FuzzWorld extends World {
  /** Whether the attack at hand is to end. */
  resting = false;
  #controlPort;

  get controlPort() {
    this.#controlPort ??= Number(
      new URL(this.cluster.records.find(({ msg }) => msg === "serving").addresses.control).port,
    );
    return this.#controlPort;
  }
}

async function act(world, { seconds, workers, only, say, report }) {
  const before = await ids(world);
  const bystanders = await Bystanders.start(world.port, workers * BYSTANDERS_OF_ONE);
  try {
    await sleep(BASE_MS / 3);
    await bystanders.look();
    const base = await holdings(world);
    await sleep(BASE_MS);
    const calm = await bystanders.look();
    say(`without attack: ${told(calm)}`);
    const names = Object.keys(ATTACKS).filter((name) => name.includes(only));
    // an even share for each, and one more in which all come at once
    const shareMs = Math.max(50, (seconds * 1_000) / (names.length + 3) - REST_MS);
    const watch = watchMemory(world);
    for (const name of names) await attack(world, [name], shareMs, { bystanders, calm, say, report });
    await attack(world, names, shareMs * 3, { bystanders, calm, say, report });
    world.stop();
    await watch.stopped;
    watch.check();
    await sleep(BASE_MS);
    const after = await bystanders.look();
    say(`after all attacks: ${told(after)}`);
    report.push(["without attack", calm], ["after all attacks", after]);
    await checkHoldings(world, base, workers * BYSTANDERS_OF_ONE, SPARE_BYTES);
    await checkHeap(world, base, say);
    if ((await ids(world)) !== before) world.complain(`processes ${before} are ${await ids(world)} at the end`);
    checkLog(world);
  } finally {
    bystanders.end();
    world.close();
  }
}

/** Attacks in some ways at once for a while, again and again, and looks what bystanders notice. */
async function attack(world, names, ms, { bystanders, calm, say, report }) {
  if (world.stopping) return;
  const what = names.length === 1 ? names[0] : "all at once";
  await bystanders.look();
  world.resting = false;
  const over = performance.now() + ms;
  const attackers = names.map(async (name) => {
    const random = world.random.named(`${what}/${name}`);
    while (performance.now() < over && !world.stopping) {
      await ATTACKS[name](world, random);
      world.count(`attacks: ${name}`);
      await sleep(1);
    }
  });
  await sleep(ms);
  world.resting = true;
  await Promise.all(attackers);
  await sleep(REST_MS);
  const noticed = await bystanders.look();
  report.push([what, noticed]);
  say(`${what}: ${told(noticed)}`);
  const limit = Math.max(TIMES * calm.p99, names.length === 1 ? FLOOR_MS : FLOOR_OF_ALL_MS);
  if (noticed.p99 > limit)
    world.complain(`${what}: bystanders waited ${told(noticed)}; ${Math.round(limit)} ms would do`);
  if (noticed.lost > 0) world.complain(`${what}: ${noticed.lost} bystanders lost their connections`);
  if (noticed.wrong > 0) world.complain(`${what}: bystanders got ${noticed.wrong} wrong answers`);
}

function told({ calls, median, p99, most, refused }) {
  return `${calls} calls, ${refused} refused so far, median ${median.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, most ${most.toFixed(1)} ms`;
}

/** All processes, as text. */
async function ids({ cluster }) {
  const { workers } = await cluster.status();
  return [cluster.pid, ...workers.map(({ pid }) => pid)].join(" ");
}

/** What is held on to when garbage has been collected. */
async function checkHeap(world, base, say) {
  const now = await holdings(world);
  for (const { worker, heap, bytes } of now.workers) {
    const then = base.workers.find((one) => one.worker === worker);
    say(
      `socket worker ${worker}: heap ${mb(then?.heap)} before, ${mb(heap)} after; resident ${mb(then?.bytes)}, ${mb(bytes)}`,
    );
    if (heap > (then?.heap ?? 0) + SPARE_HEAP) world.complain(`socket worker ${worker} holds ${heap} bytes of heap`);
  }
  say(`primary: resident ${mb(base.primary.bytes)} before, ${mb(now.primary.bytes)} after`);
}

function mb(bytes = 0) {
  return `${(bytes / 1_000_000).toFixed(0)} MB`;
}
