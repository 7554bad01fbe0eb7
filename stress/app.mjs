// The application that is served. Loaded by each socket worker of the cluster, which `cluster.mjs` starts.
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { defineApp } from "../dist/server/index.js";
import { RULES } from "./channels.mjs";
import { endWithStarter } from "./end-with-starter.mjs";

const { STRESS_RUNS } = process.env;

let runs = 0;
/** Streams that have begun and not ended. */
let streams = 0;

endWithStarter();

/** Notes a run before anything else is done, in a way that outlives this process. @returns what tells it from all others */
function note(id) {
  const run = `${process.pid}-${++runs}`;
  appendFileSync(STRESS_RUNS, `${id} ${run}\n`);
  return run;
}

export const app = defineApp({
  procedures: {
    async count({ id, ms }) {
      const run = note(id);
      await sleep(ms);
      return { id, run };
    },
    look: { idempotent: true, handler: (value) => value },
    async *items({ count, ms }) {
      streams++;
      try {
        for (let item = 0; item < count; item++) {
          yield item;
          if (ms > 0) await sleep(ms);
        }
        return count;
      } finally {
        streams--;
      }
    },
    /** Asks back. */
    ask: (value, { connection }) => connection.call("twice", value, { timeoutMs: 10_000 }),
    login: (user, { session }) => session.setUser(user),
    who: {
      idempotent: true,
      handler: (_, { connection, session }) => ({ connection: connection.id, user: session.user }),
    },
    /** What this process holds on to. */
    holdings() {
      const resources = process.getActiveResourcesInfo();
      return { pid: process.pid, streams, timers: resources.filter((name) => name === "Timeout").length };
    },
  },
  channels: RULES,
});
