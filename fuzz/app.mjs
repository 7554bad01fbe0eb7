// The application that is attacked. Loaded by each socket worker of the cluster, which `stress/cluster.mjs` starts.
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { defineApp } from "../dist/server/index.js";
import { endWithStarter } from "../stress/end-with-starter.mjs";

/** Of what cannot be deflated, so that an answer is as large as it is asked for. */
const NOISE = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => Math.abs(Math.sin(index) * 1e9) & 0xff));

let streams = 0;

endWithStarter();

/** Collects garbage, so that what is left is what is held on to. */
function collect() {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}

export const app = defineApp({
  procedures: {
    echo: { idempotent: true, handler: (value) => value },
    once: (value) => value,
    later: async (value) => {
      await sleep(1);
      return value;
    },
    wait: (_, { signal }) => new Promise((resolve) => signal.addEventListener("abort", resolve)),
    async *items({ count } = {}) {
      streams++;
      try {
        for (let item = 0; item < Math.min(Number(count) || 3, 100_000); item++) yield item;
      } finally {
        streams--;
      }
    },
    large: { idempotent: true, handler: () => NOISE },
    /** Asks back. */
    ask: (value, { connection }) => connection.call("twice", value, { timeoutMs: 200 }),
    login: (user, { session }) => session.setUser(typeof user === "string" ? user.slice(0, 200) || "u" : undefined),
    /** What this process holds on to. */
    holdings() {
      collect();
      const timers = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
      return { pid: process.pid, streams, timers, heap: process.memoryUsage().heapUsed };
    },
  },
  channels: {
    "kept:*": { history: { size: 50, ttlMs: 60_000 } },
    "here:*": { presence: true },
    "any:*": {},
  },
  peers: {},
});
