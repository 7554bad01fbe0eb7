import { setTimeout as sleep } from "node:timers/promises";
import { Complaints } from "../complaints.mjs";
import { ChannelLedger } from "../ledger/channel-ledger.mjs";
import { Random } from "../random.mjs";
import { blows } from "./blows.mjs";
import { caller } from "./caller.mjs";
import { checkDead } from "./check-dead.mjs";
import { checkLog } from "./check-log.mjs";
import { Fleet } from "./fleet.mjs";
import { follower } from "./follower.mjs";
import { HostsWorld } from "./hosts-world.mjs";
import { publisher } from "./publisher.mjs";
import { CHANNEL, KEPT } from "./rules.mjs";

/** How many there are of each. */
const MANY = { callers: 5, keyed: 5, publishers: 2, followers: 4 };
/** How long what was begun may take when nothing is harmed any more, in milliseconds; and where something is broken already. */
const SETTLE_MS = 60_000;
const BROKEN_SETTLE_MS = 10_000;
/** How long it is looked whether something comes a second time, in milliseconds. */
const AFTERMATH_MS = 1_500;
const LOOK_MS = 50;
const PROGRESS_MS = 5_000;
const TOLD = 300;
/** Whatever happens, a run is over so long after its time, in milliseconds. */
const LAST_MS = 240_000;

/**
 * Has clients call and publish at two hosts, and kills all there is in turn; then lets it calm down and looks whether all
 * promises were kept.
 *
 * @param options as for the stress run; `queue`, who has the jobs: `rabbitmq` or `redis`
 * @returns what happened how often, and how many promises were broken
 */
export async function run({ seed, seconds, workers, queue, say, complain, signal }) {
  let tooMany = () => undefined;
  const complaints = new Complaints(complain, () => tooMany());
  const fleet = await Fleet.start(workers, queue);
  try {
    const world = new HostsWorld(fleet, complaints, new Random(seed));
    tooMany = () => world.stop();
    signal.addEventListener("abort", tooMany);
    const late = sleep(seconds * 1_000 + LAST_MS, "late", { ref: false });
    const acted = act(world, seconds, say).catch((error) =>
      world.complain(`the run failed by itself: ${error?.stack ?? error}`),
    );
    if ((await Promise.race([acted, late])) === "late") world.complain("the run does not end");
    const harm = world.blows.map((blow) => `harmed: ${JSON.stringify(blow)}`);
    const log = [...world.notes, ...harm, fleet.log].join("\n");
    return { counts: world.counts, complaints: complaints.count, log };
  } finally {
    await fleet.end();
  }
}

async function act(world, seconds, say) {
  const ledger = new ChannelLedger(CHANNEL, KEPT, (text) => world.complain(text));
  const actors = castOf(world, ledger);
  await within(
    "the first connection of everybody",
    world,
    until(() => actors.every(({ ready }) => ready)),
  );
  say(`${actors.length} take part; ${seconds} s from now on`);
  const progress = tell(world, say);
  const end = performance.now() + seconds * 1_000;
  await blows(world, world.random.named("blows"), end);
  await world.pause(end - performance.now());
  world.stop();
  await Promise.all([progress, ...actors.map(({ stopped }) => stopped)]);
  say("calming down");
  await settled(world, actors, say);
  say("coming back once more");
  await within("what everybody says at the end", world, Promise.all(actors.map((actor) => actor.again())));
  await sleep(AFTERMATH_MS);
  await settled(world, actors, say);
  ledger.check();
  await checkDead(world, actors);
  checkLog(world);
  world.close();
  await within("the end of all clients", world, Promise.all(actors.map((actor) => actor.close())));
}

function castOf(world, ledger) {
  const actors = [];
  function add(count, name, make) {
    for (let index = 1; index <= count; index++) actors.push(make(world.random.named(`${name} ${index}`), index));
  }
  add(MANY.followers, "follower", (random, index) => follower(world, random, ledger, index));
  add(MANY.publishers, "publisher", (random, index) => publisher(world, random, ledger, index));
  add(MANY.callers, "caller", (random, index) => caller(world, random, index, false));
  add(MANY.keyed, "keyed caller", (random, index) => caller(world, random, index, true));
  return actors;
}

/** Tells how far it is, now and then. */
function tell(world, say) {
  return world.repeat("the report", async () => {
    await world.pause(PROGRESS_MS);
    const of = (name) => world.counts.get(name) ?? 0;
    say(
      `${of("calls acknowledged")} calls acknowledged, ${of("publications acknowledged")} publications, ` +
        `${of("sessions taken on")} sessions taken on, ${world.blows.length} blows`,
    );
  });
}

/** Waits until nobody waits for anything, and complains of what never came. */
async function settled(world, actors, say) {
  const waiting = () => actors.map(({ waitsFor }) => waitsFor).filter((text) => text !== undefined);
  const limitMs = world.complaints.count > 0 ? BROKEN_SETTLE_MS : SETTLE_MS;
  let told = 0;
  for (const begin = performance.now(); waiting().length > 0; await sleep(LOOK_MS)) {
    const ms = performance.now() - begin;
    if (ms > told + PROGRESS_MS) {
      told = ms;
      say(`${waiting().length} still wait, among them: ${waiting()[0].slice(0, TOLD)}`);
    }
    if (ms < limitMs) continue;
    const dead = await world.cluster.deadJobs();
    for (const actor of actors) actor.excuse?.(dead);
    for (const text of waiting()) world.complain(`nobody harms anything any more, and ${text}`);
    return;
  }
}

async function until(isSo) {
  while (!isSo()) await sleep(LOOK_MS);
}

async function within(what, world, promise) {
  const late = await Promise.race([promise.then(() => false), sleep(SETTLE_MS, true, { ref: false })]);
  if (late) world.complain(`${what} did not come within ${SETTLE_MS / 1_000} s`);
}
