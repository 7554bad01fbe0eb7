// Everything that is measured side by side: how it is started, how it speaks, and of how many processes it is.
import { accessSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { startServer } from "./child.mjs";

const BUN = fileURLToPath(new URL("../peers/node_modules/@oven/bun-linux-x64/bin/bun", import.meta.url));
const peer =
  (file, ...args) =>
  (options) =>
    startServer(`../peers/servers/${file}`, args, options?.execArgv ?? []);
const cluster =
  (file, ...args) =>
  () =>
    startServer(file, args, [], { PEER_WORKERS: "2" });

/** Servers of one process, by name. */
export const ARMS = new Map([
  ["Fugitive", { dialect: "FUGITIVE", start: (options) => startServer("fugitive.mjs", [], options?.execArgv ?? []) }],
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

/** Servers of a primary and two workers. */
export const CLUSTERS = new Map([
  ["Fugitive", { dialect: "FUGITIVE", start: cluster("fugitive-cluster.mjs") }],
  ["Socket.IO, cluster adapter", { dialect: "SOCKET_IO", start: cluster("../peers/servers/socket-io.mjs") }],
  [
    "Socket.IO, cluster adapter, MessagePack",
    { dialect: "SOCKET_IO_MSGPACK", start: cluster("../peers/servers/socket-io.mjs", "msgpack") },
  ],
]);

/** Whether what they need is installed. */
export function peersInstalled() {
  try {
    accessSync(BUN);
    return true;
  } catch {
    return false;
  }
}
