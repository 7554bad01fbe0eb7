// What remote workers do. Loaded by each of them.
import { setTimeout as sleep } from "node:timers/promises";
import { AppError, defineProcedures } from "../../dist/server/queues/sdk/worker.js";

const SLOW_MS = 200;

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
