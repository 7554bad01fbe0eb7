// Fugitive as it is run, with one socket worker and one compute thread.
import { defineApp, thread } from "../../dist/server/index.js";
import { serve } from "../lib/serve.mjs";

const empty = thread(new URL("./empty.task.mjs", import.meta.url));

/** The same from call to answer, without the network: milliseconds that each of them took. */
async function timed(count, context) {
  const times = [];
  for (let index = 0; index < count; index++) {
    const started = performance.now();
    await empty.run(undefined, context);
    times.push(performance.now() - started);
  }
  return times;
}

const app = defineApp({
  procedures: {
    echo: (data) => data,
    empty,
    "empty.timed": timed,
    hash: thread(new URL("./hash.task.mjs", import.meta.url)),
  },
});

await serve(app, { workers: 1, computeThreads: 1 });
