// Everything that is measured side by side: how it is started, how it speaks, and of how many processes it is.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { startServer } from "./child.mjs";

const BUN = fileURLToPath(new URL("../peers/node_modules/@oven/bun-linux-x64/bin/bun", import.meta.url));
const peer =
  (file, ...args) =>
  (options) =>
    startServer(`../peers/servers/${file}`, args, options?.execArgv ?? []);
const fugitive = (options) =>
  startServer("fugitive.mjs", [JSON.stringify(options?.settings ?? {})], options?.execArgv ?? []);
const cluster =
  (file, ...args) =>
  () =>
    startServer(file, args, [], { PEER_WORKERS: "2" });

/** Servers of one process, by name. */
export const ARMS = new Map([
  ["Fugitive", { dialect: "FUGITIVE", start: fugitive }],
  [
    "bare uWebSockets.js",
    { dialect: "BARE", start: (options) => startServer("bare-channels.mjs", [], options?.execArgv ?? []) },
  ],
  ["Bun", { dialect: "HAND_WRITTEN", start: () => startServer("../peers/servers/bun.mjs", [], [], {}, BUN) }],
  ["ws", { dialect: "HAND_WRITTEN", start: peer("ws.mjs") }],
  ["Socket.IO", { dialect: "SOCKET_IO", start: peer("socket-io.mjs") }],
  ["Socket.IO, MessagePack", { dialect: "SOCKET_IO_MSGPACK", start: peer("socket-io.mjs", "msgpack") }],
  ["Socket.IO on uWebSockets.js", { dialect: "SOCKET_IO", start: peer("socket-io.mjs", "uws") }],
  ["SocketCluster", { dialect: "SOCKET_CLUSTER", start: peer("socket-cluster.mjs") }],
  ["tRPC", { dialect: "TRPC", start: peer("trpc.mjs") }],
]);

/** The same, and Fugitive as others are by default, which compress nothing. */
export const ARMS_FOR_SIZES = new Map([
  ...ARMS,
  [
    "Fugitive, deflating nothing",
    { dialect: "FUGITIVE", start: () => fugitive({ settings: { deflateThreshold: 0xffff_ffff } }) },
  ],
]);

/** Servers of a primary and two workers. */
export const CLUSTERS = new Map([
  ["Fugitive", { dialect: "FUGITIVE", start: cluster("fugitive-cluster.mjs") }],
  ["Socket.IO, cluster adapter", { dialect: "SOCKET_IO", start: cluster("../peers/servers/socket-io.mjs") }],
  [
    "Socket.IO, cluster adapter, MessagePack",
    { dialect: "SOCKET_IO_MSGPACK", start: cluster("../peers/servers/socket-io.mjs", "msgpack") },
  ],
]);

/** Socket.IO as its documentation has it where connections are to be recovered. */
const recovering =
  (...args) =>
  (redisUrl) =>
    startServer("../peers/servers/socket-io.mjs", ["recovery", ...args], [], {
      PEER_WORKERS: "2",
      REDIS_URL: redisUrl,
    });
const SOCKET_IO_CLIENTS = "../peers/clients/socket-io.mjs";

/** Servers of a primary and two workers, with clients that come back, as a path from where they are measured. */
export const RECOVERING = new Map([
  [
    "Fugitive",
    {
      dialect: "FUGITIVE",
      // that a worker dies is no news here
      start: () => startServer("fugitive-cluster.mjs", ["0", "fatal"]),
      clients: "../lib/recovering-clients.mjs",
    },
  ],
  ["Socket.IO, cluster adapter", { dialect: "SOCKET_IO", start: recovering(), clients: SOCKET_IO_CLIENTS }],
  [
    "Socket.IO, Redis Streams",
    { dialect: "SOCKET_IO", start: recovering("redis-streams"), clients: SOCKET_IO_CLIENTS, redis: true },
  ],
]);

/** Whether what they need is installed, all of it in the version that is wanted. */
export function peersInstalled() {
  const json = (path) => JSON.parse(readFileSync(new URL(`../peers/${path}`, import.meta.url), "utf8"));
  try {
    const wanted = Object.entries(json("package.json").dependencies);
    return wanted.every(([name, version]) => json(`node_modules/${name}/package.json`).version === version);
  } catch {
    return false;
  }
}
