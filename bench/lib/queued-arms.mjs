// The arms of bench/jobs.mjs: calls that a queue keeps, and lists; each with the load on it and the processes that carry it.
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createClient, RESP_TYPES } from "@redis/client";
import { Packr } from "msgpackr";
import { freePort } from "../../tools/free-port.mjs";
import { ending, endProcess } from "./ending.mjs";
import { Load } from "./load.mjs";
import { family } from "./processes.mjs";
import { clientFrame, openRaw } from "./raw-client.mjs";

export const CONNECTIONS = 4;
/** Calls of one connection in flight; its ids, one byte each. */
export const IN_FLIGHT = 100;
/** Messages of one frame at most. */
const MOST_BATCHED = 50;
const START_MS = 20_000;
const INPUT = { scene: "tower", frame: 7, size: [640, 480] };

const packr = new Packr({ useRecords: false, variableMapSize: true });

/** A command of the CLI, in a process of its own; there when its log says so. */
async function startFugitive(dist, command, file, env, ready) {
  const child = spawn(process.execPath, [join(dist, "cli/bin.js"), command, file], {
    env: { ...process.env, LOG_FORMAT: "json", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  ending(() => endProcess(child));
  const logged = new Promise((done, failed) => {
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (more) => {
      if (text.length < 100_000) text += more;
      if (text.includes(ready)) done();
    });
    child.once("exit", () => failed(new Error(`fugitive ${command} has ended: ${text}`)));
    setTimeout(() => failed(new Error(`fugitive ${command} has not started: ${text}`)), START_MS).unref();
  });
  await logged;
  return child;
}

/** A server with its remote worker, and clients that call it. */
export async function fugitive(name, { dist, redis, queue, workers, concurrency }) {
  const folder = await mkdtemp(join(tmpdir(), "fugitive-bench-"));
  ending(() => rm(folder, { recursive: true, force: true }));
  const sdk = (path) => JSON.stringify(pathToFileURL(join(dist, path)).href);
  await writeFile(
    join(folder, "app.mjs"),
    `import { defineApp, queue } from ${sdk("server/index.js")};
     export const app = defineApp({ procedures: { work: queue("work", { group: "bench" }) } });`,
  );
  await writeFile(
    join(folder, "tasks.mjs"),
    `import { defineProcedures } from ${sdk("server/queues/sdk/worker.js")};
     export const procedures = defineProcedures({ work: async (_, input) => input });`,
  );
  const port = await freePort();
  const broker = { QUEUE_REDIS_URL: redis.url, QUEUE_NAME: queue, REDIS_URL: "" };
  const serve = { HOST: "127.0.0.1", PORT: `${port}`, CONTROL_PORT: "off", WORKERS: workers, RATE_LIMITS: "off" };
  // nobody deflates what is on the lists
  const plain = { DEFLATE_THRESHOLD: "1000000" };
  const work = { WORKER_GROUP: "bench", WORKER_CONCURRENCY: concurrency };
  const [server, worker] = await Promise.all([
    startFugitive(dist, "serve", join(folder, "app.mjs"), { ...broker, ...serve, ...plain }, '"serving"'),
    startFugitive(dist, "worker", join(folder, "tasks.mjs"), { ...broker, ...work }, '"working"'),
  ]);
  const sockets = [];
  const frameOf = (calls) => {
    const size = calls.length;
    const head = size < 16 ? [0x90 | size] : [0xdc, size >> 8, size & 0xff];
    return clientFrame(size === 1 ? calls[0] : Buffer.concat([Buffer.from(head), ...calls]));
  };
  const calls = Array.from({ length: IN_FLIGHT }, (_, id) => Buffer.from(packr.pack([2, id, "work", INPUT])));
  const load = new Load(CONNECTIONS * IN_FLIGHT, (slots) => {
    const lots = sockets.map(() => []);
    for (const slot of slots) lots[slot % CONNECTIONS].push(calls[Math.floor(slot / CONNECTIONS)]);
    for (const [index, lot] of lots.entries()) {
      for (let at = 0; at < lot.length; at += MOST_BATCHED)
        sockets[index].write(frameOf(lot.slice(at, at + MOST_BATCHED)));
    }
  });
  for (let index = 0; index < CONNECTIONS; index++) {
    let welcomed;
    const welcome = new Promise((done) => {
      welcomed = done;
    });
    const take = ([kind, id, ...rest]) => {
      if (kind === 3) load.answered(id * CONNECTIONS + index);
      else if (kind === 1) welcomed();
      else if (kind === 4) throw new Error(`${name}: ${rest.join(" ")}`);
    };
    const socket = await openRaw(port, "fugitive.v1.msgpack", (length, data, at) => {
      if (length === 0) return;
      const message = packr.unpack(data.subarray(at, at + length));
      if (Array.isArray(message[0])) for (const one of message) take(one);
      else take(message);
    });
    ending(() => socket.destroy());
    sockets.push(socket);
    socket.write(clientFrame(packr.pack([0, {}])));
    await welcome;
  }
  const [primary, ...socketWorkers] = family(server.pid);
  const processes = { primary: [primary], "socket workers": socketWorkers, "remote worker": [worker.pid] };
  return { name, load, processes };
}

/** Requests on a list and replies on another; each process has a connection that waits, and one that writes. */
export async function lists(redis) {
  const file = fileURLToPath(new URL("../servers/list-worker.mjs", import.meta.url));
  const worker = fork(file, [redis.url, "bench:requests", "bench:replies"]);
  ending(() => endProcess(worker));
  await once(worker, "message");
  const open = async () => {
    const client = createClient({
      ...{ url: redis.url, socket: { reconnectStrategy: false } },
      commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
    });
    await client.on("error", () => undefined).connect();
    ending(() => client.destroy());
    return client;
  };
  const [reading, writing] = await Promise.all([open(), open()]);
  const input = packr.pack(INPUT);
  const requests = Array.from({ length: CONNECTIONS * IN_FLIGHT }, (_, slot) => {
    const head = Buffer.alloc(4);
    head.writeUInt32LE(slot);
    return Buffer.concat([head, input]);
  });
  const load = new Load(requests.length, (slots) => {
    for (const slot of slots) writing.lPush("bench:requests", requests[slot]).catch(() => undefined);
  });
  const read = async () => {
    for (;;) {
      const { element } = await reading.brPop("bench:replies", 0);
      load.answered(element.readUInt32LE(0));
    }
  };
  read().catch(() => undefined);
  return { name: "LPUSH and BRPOP", load, processes: { worker: [worker.pid] } };
}
