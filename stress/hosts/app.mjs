// The application that both hosts serve. Loaded by each of their socket workers.
import { defineApp, queue } from "../../dist/server/index.js";
import { endWithStarter } from "../end-with-starter.mjs";
import { CHANNEL, GROUP, KEPT, TTL_MS } from "./rules.mjs";

endWithStarter();

/** More often than a run could kill the worker of one job. */
const patient = { group: GROUP, retries: 200 };

export const app = defineApp({
  channels: { [CHANNEL]: { history: { size: KEPT, ttlMs: TTL_MS } } },
  procedures: {
    quick: queue("quick", patient),
    slow: queue("slow", patient),
    refuse: queue("refuse", patient),
    tag: queue("tag", patient),
    fail: queue("fail", { group: GROUP, retries: 1 }),
    tags: (_, { session }) => session.tags,
  },
});
