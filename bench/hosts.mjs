// Publications from a client of one host to a subscriber of another, by way of one Redis, beside Socket.IO with its Redis adapter.
// Needs a build, redis-server, and what Fugitive is measured beside: `npm run build`, `npm install` in bench/peers, and
// `node bench/hosts.mjs`.
import { Packr } from "msgpackr";
import { startServer } from "./lib/child.mjs";
import { clientFrame, openRaw, textFrame } from "./lib/raw-client.mjs";
import { startRedis } from "./lib/redis.mjs";
import { median } from "./lib/statistics.mjs";

const ROUNDS = 5;
const PER_FRAME = 64;
const LIMIT_MS = 120_000;
const LEAST_RATIO = 5;
const packr = new Packr({ useRecords: false });

/** A client that sends windows of messages, and one that counts what comes of them. */
async function measurer({ name, publishers, publications, window, frame, perFrame, publisher, subscriber, count }) {
  let arrived = 0;
  let wanted = Number.POSITIVE_INFINITY;
  let wake;
  count.by = (more) => {
    arrived += more;
    if (arrived >= wanted) wake();
  };
  const until = (number) =>
    new Promise((resolve) => {
      wanted = number;
      wake = resolve;
      if (arrived >= wanted) resolve();
    });
  subscriber.on("close", () => stopping || console.error(`${name}: the subscriber was hung up on.`));
  let stopping = false;
  return {
    name,
    state: () => `${name}: ${arrived} of ${wanted}`,
    async round() {
      arrived = 0;
      const before = await Promise.all(publishers.map((server) => server.usage()));
      const start = performance.now();
      let sent = 0;
      for (let done = 0; done < publications; done += window) {
        for (; sent < Math.min(done + 2 * window, publications); sent += perFrame) publisher.write(frame);
        await until(done + window);
      }
      const seconds = (performance.now() - start) / 1_000;
      const after = await Promise.all(publishers.map((server) => server.usage()));
      const cpu = after.reduce((sum, usage, index) => sum + usage.cpu - before[index].cpu, 0);
      return { rate: publications / seconds, cpu: cpu / publications };
    },
    async stop() {
      stopping = true;
      publisher.destroy();
      subscriber.destroy();
      await Promise.all(publishers.map((server) => server.stop()));
    },
  };
}

/** Each frame is a batch of publications, as the client sends what is published in one turn. */
async function fugitive(url, channel) {
  const env = { REDIS_URL: url };
  const [one, two] = await Promise.all([1, 2].map(() => startServer("fugitive-host.mjs", [], [], env)));
  const count = {};
  let subscribed;
  const ready = new Promise((resolve) => {
    subscribed = resolve;
  });
  let open = false;
  const subscriber = await openRaw(two.port, "fugitive.v1.msgpack", (length) => {
    // each publication is a frame; one without content is a ping
    if (length === 0) return;
    if (open) count.by(1);
    else subscribed();
    open = true;
  });
  subscriber.write(clientFrame(packr.pack([8, 1, channel])));
  await ready;
  const publisher = await openRaw(one.port, "fugitive.v1.msgpack", () => undefined);
  const frame = clientFrame(packr.pack(Array.from({ length: PER_FRAME }, () => [11, null, channel, { n: 1 }])));
  return measurer({
    ...{ name: channel.startsWith("kept") ? "Fugitive, kept" : "Fugitive", publishers: [one, two] },
    ...{ publications: 256_000, window: 8_000, frame, perFrame: PER_FRAME, publisher, subscriber, count },
  });
}

/** Text frames of Engine.IO, one for each message, as its client sends them; many are written at a time. */
async function socketIo(url) {
  const env = { REDIS_URL: url };
  const [one, two] = await Promise.all(
    [1, 2].map(() => startServer("../peers/servers/socket-io-host.mjs", [], [], env)),
  );
  const count = {};
  const connect = async (port, heard) => {
    let acknowledged;
    const joined = new Promise((resolve) => {
      acknowledged = resolve;
    });
    let socket;
    const early = [];
    const take = (text) => {
      if (text.startsWith("0")) socket.write(textFrame("40"));
      else if (text.startsWith("40")) socket.write(textFrame('420["join","room"]'));
      else if (text.startsWith("430")) acknowledged();
      else if (text === "2") socket.write(textFrame("3"));
      else heard();
    };
    const frame = (length, data, at) => {
      const text = data.toString("latin1", at, at + length);
      if (socket === undefined) early.push(text);
      else take(text);
    };
    socket = await openRaw(port, "", frame, "/socket.io/?EIO=4&transport=websocket");
    for (const text of early) take(text);
    await joined;
    return socket;
  };
  const subscriber = await connect(two.port, () => count.by(1));
  const publisher = await connect(one.port, () => undefined);
  const frame = Buffer.concat(Array.from({ length: PER_FRAME }, () => textFrame('42["publish","room",{"n":1}]')));
  return measurer({
    ...{ name: "Socket.IO", publishers: [one, two], publications: 25_600, window: 1_600, frame },
    ...{ perFrame: PER_FRAME, publisher, subscriber, count },
  });
}

const redis = await startRedis();
const measured = [];
let give;
const late = new Promise((_, reject) => {
  give = reject;
});
const limit = setTimeout(() => {
  const states = measured.map(({ state }) => state()).join("; ");
  give(new Error(`The publications did not all arrive in time: ${states}`));
}, LIMIT_MS);
try {
  measured.push(await fugitive(redis.url, "bench"), await fugitive(redis.url, "kept:bench"), await socketIo(redis.url));
  const results = new Map(measured.map(({ name }) => [name, { rates: [], costs: [] }]));
  // in turn, so that whatever else the machine has to do is the same for all
  for (let round = -1; round < ROUNDS; round++) {
    for (const one of measured) {
      const { rate, cpu } = await Promise.race([one.round(), late]);
      if (round < 0) continue;
      results.get(one.name).rates.push(rate);
      results.get(one.name).costs.push(cpu);
    }
  }
  const base = results.get("Socket.IO");
  for (const [name, { rates, costs }] of results) {
    const ratio = median(rates.map((rate, round) => rate / base.rates[round]));
    const rate = Math.round(median(rates)).toLocaleString("en-US");
    console.log(
      `${name.padEnd(15)} ${rate.padStart(9)}/s  ${ratio.toFixed(1)} × Socket.IO  ${median(costs).toFixed(1)} µs of CPU in the processes that share Redis`,
    );
  }
  const reached = median(results.get("Fugitive").rates.map((rate, round) => rate / base.rates[round]));
  console.log(`goal: ≥ ${LEAST_RATIO} × Socket.IO: ${reached >= LEAST_RATIO ? "met" : "missed"}`);
} finally {
  await Promise.all(measured.map((one) => one.stop()));
  await redis.stop();
  clearTimeout(limit);
}
