// 50,000 connects and closes, dealt round robin: how fast, and whether a descriptor stays behind.
import { readdirSync, readFileSync } from "node:fs";
import { startServer } from "./lib/child.mjs";
import { openRaw } from "./lib/raw-client.mjs";

const CONNECTS = 50_000;
const AT_ONCE = 50;
const MSGPACK = "fugitive.v1.msgpack";

/** @returns connects per second, and open descriptors of all processes before and after */
export async function benchConnects() {
  const server = await startServer("fugitive-cluster.mjs");
  try {
    const pids = [server.pid, ...childrenOf(server.pid)];
    const connect = async () => {
      const socket = await openRaw(server.port, MSGPACK, () => {});
      const closed = new Promise((resolve) => socket.once("close", resolve));
      socket.resetAndDestroy(); // without TIME_WAIT, of which the ports of one address would run out
      await closed;
    };
    for (let warm = 0; warm < 200; warm++) await connect();
    await settle();
    const before = descriptors(pids);
    const start = performance.now();
    const lane = async () => {
      for (let count = 0; count < CONNECTS / AT_ONCE; count++) await connect();
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    const seconds = (performance.now() - start) / 1000;
    await settle();
    return { rate: CONNECTS / seconds, before, after: descriptors(pids) };
  } finally {
    await server.stop();
  }
}

function settle() {
  return new Promise((resolve) => setTimeout(resolve, 1_000));
}

function childrenOf(pid) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);
}

function descriptors(pids) {
  return pids.map((pid) => readdirSync(`/proc/${pid}/fd`).length);
}

if (process.argv[1]?.endsWith("connects.mjs")) {
  const { rate, before, after } = await benchConnects();
  console.log(`${Math.round(rate)} connects/s; descriptors of primary and workers before: ${before}, after: ${after}`);
}
