// Fugitive in one process: what a single socket worker costs, with its bus beside it.
import { createServer, defineApp } from "../../dist/server/index.js";
import { report } from "../lib/report-usage.mjs";

const app = defineApp({
  procedures: {
    "math.add": ({ x, y }) => x + y,
    "math.later": async ({ x, y }) => x + y,
  },
  channels: { "*": {} },
});

const server = createServer(app, { workers: 0, port: 0, host: "127.0.0.1", logLevel: "error" });
await server.listen();
report(server.port);
