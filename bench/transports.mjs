// CPU of the server over ws, beside the same over uWebSockets.js in the same run: alternating rounds, medians.
import { Packr } from "msgpackr";
import { startServer } from "./lib/child.mjs";
import { clientFrame, hammer, openRaw } from "./lib/raw-client.mjs";
import { median } from "./lib/statistics.mjs";

const ROUNDS = 5;
const ROUND_MS = 1_000;
const CONNECTIONS = 32;
const SUBSCRIBERS = 200;
const PUBLICATIONS = 500;
/** Publications that may be on their way: a subscriber that lags further behind would rightly be taken for a slow reader. */
const WINDOW = 10;
const LIMIT_MS = 120_000;
const MSGPACK = "fugitive.v1.msgpack";

const packr = new Packr({ useRecords: false, variableMapSize: true });
const call = (id) => [2, id, "math.add", { x: 1, y: 6 }];
const single = clientFrame(packr.pack(call(1)));
const batch = clientFrame(packr.pack(Array.from({ length: 16 }, (_, id) => call(id))));
const publish = clientFrame(packr.pack([11, null, "news", { text: "x".repeat(100) }]));

/** What is measured, by name: microseconds of CPU of a server for each. */
const MEASURED = {
  call: (server) => cpuOfCalls(server, single, 1),
  "call in a batch of 16": (server) => cpuOfCalls(server, batch, 16),
  "publication to one subscriber of 200": cpuOfPublications,
};

/** @returns for each of what is measured: `{ name, uws, ws, times }`, CPU and how many times as much ws takes */
export async function benchTransports() {
  const servers = {};
  for (const transport of ["uws", "ws"])
    servers[transport] = await startServer("fugitive.mjs", [JSON.stringify({ transport })]);
  const limit = setTimeout(() => {
    throw new Error("The transports were not measured in time.");
  }, LIMIT_MS);
  const results = [];
  try {
    for (const [name, measure] of Object.entries(MEASURED)) {
      const costs = { uws: [], ws: [] };
      for (let round = -1; round < ROUNDS; round++) {
        for (const [transport, server] of Object.entries(servers)) {
          const cost = await measure(server);
          if (round >= 0) costs[transport].push(cost);
        }
      }
      const times = median(costs.ws.map((cost, round) => cost / costs.uws[round]));
      results.push({ name, uws: median(costs.uws), ws: median(costs.ws), times });
    }
  } finally {
    clearTimeout(limit);
    await Promise.all(Object.values(servers).map((server) => server.stop()));
  }
  return results;
}

/** The same as rows of the report: none is a goal, as ws is for where nothing else runs. */
export async function transportRows() {
  return (await benchTransports()).map(({ name, uws, ws, times }) => ({
    what: `a ${name}, over ws beside uWebSockets.js`,
    value: `${times.toFixed(2)} ×, ${ws.toFixed(2)} µs beside ${uws.toFixed(2)} µs CPU`,
  }));
}

async function cpuOfCalls(server, frame, calls) {
  const before = await server.usage();
  const answers = await hammer({
    port: server.port,
    subprotocol: MSGPACK,
    frame,
    connections: CONNECTIONS,
    ms: ROUND_MS,
  });
  const after = await server.usage();
  return (after.cpu - before.cpu) / (answers * calls);
}

async function cpuOfPublications(server) {
  let came = 0;
  let enough = () => undefined;
  let wanted = 0;
  const received = (count) =>
    new Promise((resolve) => {
      [wanted, enough] = [count, resolve];
      if (came >= wanted) resolve();
    });
  const frame = () => {
    if (++came >= wanted) enough();
  };
  const open = () => openRaw(server.port, MSGPACK, frame);
  const subscribers = await Promise.all(Array.from({ length: SUBSCRIBERS }, open));
  for (const socket of subscribers) socket.write(clientFrame(packr.pack([8, 1, "news"])));
  await received(SUBSCRIBERS);
  const publisher = await openRaw(server.port, MSGPACK, () => undefined);
  came = 0;
  const before = await server.usage();
  for (let sent = 0; sent < PUBLICATIONS; sent++) {
    publisher.write(publish);
    await received((sent + 1 - WINDOW) * SUBSCRIBERS);
  }
  await received(PUBLICATIONS * SUBSCRIBERS);
  const after = await server.usage();
  for (const socket of [publisher, ...subscribers]) socket.destroy();
  return (after.cpu - before.cpu) / (PUBLICATIONS * SUBSCRIBERS);
}

if (process.argv[1]?.endsWith("transports.mjs")) {
  for (const { name, uws, ws, times } of await benchTransports()) {
    console.log(name.padEnd(40), `uws ${uws.toFixed(2)} µs`, `ws ${ws.toFixed(2)} µs`, `${times.toFixed(2)} times`);
  }
}
