// What remote workers do. Loaded by each of them.
import { setTimeout as sleep } from "node:timers/promises";
import { AppError, defineProcedures } from "../../dist/server/queues/sdk/worker.js";
import { isAlive } from "../processes.mjs";

/** How often it is looked whether anybody still wants this worker, in milliseconds. */
const LOOK_MS = 1_000;
const SLOW_MS = 200;

const starter = Number(process.env.STRESS_PID);
setInterval(() => {
  if (!isAlive(starter)) process.exit(1);
}, LOOK_MS).unref();

export const procedures = defineProcedures({
  quick: (_, input) => input,
  slow: async (_, input) => {
    await sleep(SLOW_MS);
    return input;
  },
  refuse: (_, input) => {
    throw new AppError("REFUSED", "as it was asked to", input);
  },
  tag: ({ setSession }, input) => {
    setSession({ tags: { n: String(input) } });
    return input;
  },
  fail: () => {
    throw new Error("It fails each time.");
  },
});
