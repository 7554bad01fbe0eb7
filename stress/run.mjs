import { setTimeout as sleep } from "node:timers/promises";
import { lastWords } from "./actors/publisher.mjs";
import { castOf } from "./cast.mjs";
import { chaos } from "./chaos.mjs";
import { checkHoldings, holdings } from "./checks/holdings.mjs";
import { checkLog } from "./checks/log-check.mjs";
import { Cluster } from "./cluster.mjs";
import { Complaints } from "./complaints.mjs";
import { isAlive } from "./processes.mjs";
import { Random } from "./random.mjs";
import { World } from "./world.mjs";

/** How long those who act may take to finish what they began, and followers to get what was published, in milliseconds. */
const SETTLE_MS = 60_000;
/** The same where something is broken already, and waiting tells little. */
const BROKEN_SETTLE_MS = 10_000;
const LOOK_MS = 50;
const PROGRESS_MS = 5_000;
/** Whatever happens, a run is over so long after its time, in milliseconds. */
const LAST_MS = 240_000;

/**
 * Runs everything at once for a while, then lets it calm down and looks whether all promises were kept.
 *
 * @param options `seed`, `seconds`, `workers`; `say` gets progress, `complain` each broken promise at once; `signal`
 * ends the run early
 * @returns what happened how often, and how many promises were broken
 */
export async function run({ seed, seconds, workers, say, complain, signal }) {
  let tooMany = () => undefined;
  const complaints = new Complaints(complain, () => tooMany());
  const cluster = await Cluster.start(workers);
  try {
    const world = new World(cluster, complaints, new Random(seed));
    tooMany = () => world.stop();
    signal.addEventListener("abort", () => world.stop());
    const late = sleep(seconds * 1_000 + LAST_MS, "late", { ref: false });
    const acted = act(world, seconds, workers, say).catch((error) =>
      world.complain(`the run failed by itself: ${error?.stack ?? error}`),
    );
    const ended = await Promise.race([acted, late]);
    if (ended === "late") world.complain("the run does not end");
    return { counts: world.counts, complaints: complaints.count, log: cluster.log };
  } finally {
    cluster.kill();
  }
}

async function act(world, seconds, workers, say) {
  const base = await holdings(world);
  const { actors, ledgers, calls } = await castOf(world);
  say(`${actors.length} take part; ${seconds} s from now on`);
  const harm = chaos(world, world.random.named("chaos"), workers);
  const progress = tell(world, say);
  await world.pause(seconds * 1_000);
  world.stop();
  await within(
    "what everybody had begun",
    world,
    Promise.all([harm, progress, ...actors.map(({ stopped }) => stopped)]),
  );
  say("calming down");
  await within("the return of all socket workers", world, calm(world, workers));
  await settled(world, actors);
  for (const actor of actors) actor.again?.();
  await settled(world, actors);
  await lastWords(world, ledgers);
  await settled(world, actors);
  for (const ledger of ledgers) ledger.check();
  calls.check(world.cluster.runs);
  for (const actor of actors) actor.check?.();
  world.close();
  await within("the end of all clients", world, Promise.all(actors.map((actor) => actor.close())));
  say("looking for what was left behind");
  await checkHoldings(world, base);
  await checkEnd(world);
  checkLog(world);
}

/** Tells how far it is, now and then. */
function tell(world, say) {
  return world.repeat("the report", async () => {
    await world.pause(PROGRESS_MS);
    const of = (name) => world.counts.get(name) ?? 0;
    say(
      `${of("publications acknowledged")} published, ${of("publications followed")} followed, ` +
        `${of("calls that run once: answered")} calls, ${of("connections lost")} connections lost, ${world.blows.length} blows`,
    );
  });
}

/** Has as many socket workers as at the start, all of which serve, and waits for that. */
async function calm(world, workers) {
  await world.cluster.scale(workers);
  for (;;) {
    const { workers: all, rollout } = await world.cluster.status();
    const well = all.filter(({ state, silent }) => state === "serving" && silent !== true);
    if (well.length === workers && all.length === workers && !rollout.running) return;
    await sleep(LOOK_MS);
  }
}

/** Waits until nobody waits for anything, and complains of what never came. */
async function settled(world, actors) {
  const waiting = () => actors.map(({ waitsFor }) => waitsFor).filter((text) => text !== undefined);
  const limitMs = world.complaints.count > 0 ? BROKEN_SETTLE_MS : SETTLE_MS;
  for (const end = performance.now() + limitMs; waiting().length > 0; await sleep(LOOK_MS)) {
    if (performance.now() < end) continue;
    for (const text of waiting()) world.complain(text);
    return;
  }
}

async function within(what, world, promise) {
  const late = await Promise.race([promise.then(() => false), sleep(SETTLE_MS, true, { ref: false })]);
  if (late) world.complain(`${what} did not come within ${SETTLE_MS / 1_000} s`);
}

/** Ends the cluster as an operator would; none of its processes may stay. */
async function checkEnd(world) {
  const { cluster } = world;
  const processes = cluster.alive();
  const end = await cluster.stop();
  if (end === "never") world.complain("the cluster did not end at SIGTERM");
  else if (end.code !== 0) world.complain(`the cluster ended with ${end.code ?? end.signal} at SIGTERM`);
  const left = processes.filter(isAlive);
  if (left.length > 0) world.complain(`processes ${left.join(", ")} outlive the primary`);
}
