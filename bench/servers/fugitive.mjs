// Fugitive in one process: what a single socket worker costs, with its bus beside it. Takes options as JSON.
import { defineApp, thread } from "../../dist/server/index.js";
import { serve } from "../lib/serve.mjs";

const app = defineApp({
  procedures: {
    "math.add": ({ x, y }) => x + y,
    "math.later": async ({ x, y }) => x + y,
    echo: (data) => data,
    hash: thread(new URL("./hash.task.mjs", import.meta.url)),
  },
  channels: { "*": {} },
});

const [options = "{}"] = process.argv.slice(2);
await serve(app, { workers: 0, ...JSON.parse(options) });
