// Small publications from one socket worker to another, through the primary's bus, as fast as they go.
import { Packr } from "msgpackr";
import { startServer } from "./lib/child.mjs";
import { clientFrame, openRaw } from "./lib/raw-client.mjs";
import { median } from "./lib/statistics.mjs";

const ROUNDS = 5;
const PUBLICATIONS = 320_000; // whole frames and whole windows
const PER_FRAME = 64;
const WINDOW = 16_000;
const LIMIT_MS = 60_000;
const MSGPACK = "fugitive.v1.msgpack";

const packr = new Packr({ useRecords: false, variableMapSize: true });
const WORKER_OF = { 1: "publisher", 2: "subscriber" };

/** To a channel that keeps nothing, and to one that keeps a thousand. */
const CHANNELS = { plain: "bench", kept: "kept:bench" };

/** Publications per second that reach a subscriber on the other worker, and what each costs the primary, by the kind of channel. */
export async function benchPublications() {
  const server = await startServer("fugitive-cluster.mjs");
  const results = { plain: { rates: [], costs: [] }, kept: { rates: [], costs: [] } };
  const limit = setTimeout(() => {
    throw new Error("The publications did not all arrive in time.");
  }, LIMIT_MS);
  try {
    const { publisher, subscriber, received } = await connectBoth(server.port);
    const frames = {};
    for (const [kind, channel] of Object.entries(CHANNELS)) {
      const publish = [11, null, channel, { n: 1 }];
      frames[kind] = clientFrame(packr.pack(Array.from({ length: PER_FRAME }, () => publish)));
      subscriber.write(clientFrame(packr.pack([8, 1, channel])));
      await received(1);
    }
    for (let round = -1; round < ROUNDS; round++) {
      for (const [kind, { rates, costs }] of Object.entries(results)) {
        const before = await server.usage();
        const start = performance.now();
        let sent = 0;
        for (let arrived = 0; arrived < PUBLICATIONS; arrived += WINDOW) {
          // one window ahead: a subscriber that lags behind further would rightly be taken for a slow reader
          for (; sent * PER_FRAME < Math.min(arrived + 2 * WINDOW, PUBLICATIONS); sent++) publisher.write(frames[kind]);
          await received(WINDOW);
        }
        const seconds = (performance.now() - start) / 1000;
        const after = await server.usage();
        if (round < 0) continue;
        rates.push(PUBLICATIONS / seconds);
        costs.push((after.cpu - before.cpu) / PUBLICATIONS);
      }
    }
  } finally {
    clearTimeout(limit);
    await server.stop();
  }
  const summary = ({ rates, costs }) => ({ rate: median(rates), primaryCpu: median(costs), rates, costs });
  return { plain: summary(results.plain), kept: summary(results.kept) };
}

/** Opens connections until there is one on each of the two workers. */
async function connectBoth(port) {
  const found = {};
  let count = 0;
  let wanted;
  for (let tries = 0; tries < 8 && Object.keys(found).length < 2; tries++) {
    let welcome;
    const worker = new Promise((resolve) => {
      welcome = resolve;
    });
    let role;
    const socket = await openRaw(port, MSGPACK, (length, data, at) => {
      if (role === undefined) {
        const message = packr.unpack(data.subarray(at, at + length));
        role = WORKER_OF[message[1].worker];
        welcome(role);
        return;
      }
      if (role !== "subscriber") return;
      count++;
      if (wanted !== undefined && count >= wanted.count) wanted.resolve();
    });
    socket.write(clientFrame(packr.pack([0, {}])));
    const of = await worker;
    if (found[of] === undefined) found[of] = socket;
    else socket.destroy();
  }
  const received = (more) =>
    new Promise((resolve) => {
      wanted = { count: more, resolve };
      if (count >= more) resolve();
    }).then(() => {
      count -= more;
      wanted = undefined;
    });
  return { ...found, received };
}

if (process.argv[1]?.endsWith("publications.mjs")) {
  for (const [kind, { rate, primaryCpu }] of Object.entries(await benchPublications())) {
    const cpu = `${primaryCpu.toFixed(2)} µs CPU of the primary each`;
    console.log(`${Math.round(rate)} cross-worker publications/s, ${kind}, ${cpu}`);
  }
}
