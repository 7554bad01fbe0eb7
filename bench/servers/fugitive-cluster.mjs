// Fugitive as it is run: a primary and two socket workers. Serves on the port it is given, or on a free one; logs errors, or
// from the level that is given.
import { defineApp } from "../../dist/server/index.js";
import { serve } from "../lib/serve.mjs";

const [port = "0", logLevel = "error"] = process.argv.slice(2);
const app = defineApp({
  procedures: { "math.add": ({ x, y }) => x + y, whereabouts: () => process.pid },
  channels: { "*": {}, "kept:*": { history: { size: 1_000 } } },
});

await serve(app, { workers: 2, port: Number(port), logLevel });
