import { setTimeout as sleep } from "node:timers/promises";
import { openFiles, residentBytes } from "../processes.mjs";
import { RawConnection } from "../raw-connection.mjs";

const CALL = 2;
const RESULT = 3;
const ASK_MS = 10_000;
/** Socket workers are asked until all have answered; connections go round, and some may go to the same one again. */
const TIMES = 10;
const SETTLE_MS = 30_000;
const LOOK_MS = 500;
/** More than at the start, these are no leaks. */
const SPARE = { files: 8, timers: 6, workerBytes: 150_000_000, primaryBytes: 300_000_000 };

/** What the processes of a cluster hold on to while nobody is connected. */
export async function holdings(world) {
  const { pid } = world.cluster;
  const { workers } = await world.cluster.status();
  const own = new Map();
  for (let asked = 0; asked < TIMES * workers.length && own.size < workers.length; asked++) {
    const [held, health] = await ask(world, ["holdings", "$health"]);
    if (held !== undefined && health !== undefined)
      own.set(held.pid, { ...held, channels: health.channels, counters: health.counters });
  }
  return {
    primary: { pid, files: openFiles(pid), bytes: residentBytes(pid) },
    workers: workers.map(({ worker, pid: itsPid, connections }) => ({
      ...{ worker, pid: itsPid, connections, files: openFiles(itsPid), bytes: residentBytes(itsPid) },
      ...own.get(itsPid),
    })),
  };
}

/**
 * Waits until the processes have let go of what they held for clients that are gone, and complains of what they keep.
 * @param others connections that are still there
 * @param spare bytes that a socket worker may have more than at the start
 */
export async function checkHoldings(world, base, others = 0, spare = SPARE.workerBytes) {
  let problems = [];
  for (const end = performance.now() + SETTLE_MS; ; await sleep(LOOK_MS)) {
    const now = await holdings(world);
    problems = differences(base, now, others, spare);
    if (problems.length === 0 || performance.now() > end) break;
  }
  for (const problem of problems) world.complain(`with all clients gone, ${problem}`);
}

function differences(base, now, others, spare) {
  const problems = [];
  const most = (pick) => Math.max(...base.workers.map(pick));
  const limit = (who, what, value, allowed) => {
    if (!(value <= allowed)) problems.push(`${who} has ${value} ${what}; ${allowed} would do`);
  };
  for (const one of now.workers) {
    const who = `socket worker ${one.worker}`;
    // who asks is one
    limit(who, "connections", one.connections, 1 + others);
    limit(who, "channels that somebody is subscribed to", one.channels, 0);
    limit(who, "streams that run", one.streams, 0);
    limit(who, "open files", one.files, most(({ files }) => files) + SPARE.files);
    limit(who, "timers", one.timers, most(({ timers }) => timers) + SPARE.timers);
    limit(who, "bytes of memory", one.bytes, most(({ bytes }) => bytes) + spare);
  }
  limit("the primary", "open files", now.primary.files, base.primary.files + SPARE.files);
  limit("the primary", "bytes of memory", now.primary.bytes, base.primary.bytes + SPARE.primaryBytes);
  return problems;
}

/** Asks whichever socket worker has its turn. */
async function ask(world, procedures) {
  const answers = [];
  let done;
  const all = new Promise((resolve) => {
    done = resolve;
  });
  const connection = new RawConnection(world.port, ([kind, id, data]) => {
    if (kind !== RESULT) return;
    answers[id] = data;
    if (answers.filter((answer) => answer !== undefined).length === procedures.length) done();
  });
  if (await connection.opened()) {
    for (const [id, name] of procedures.entries()) connection.send([CALL, id, name]);
    await Promise.race([all, connection.closed, sleep(ASK_MS, undefined, { ref: false })]);
  }
  connection.cut();
  return procedures.map((_, id) => answers[id]);
}
