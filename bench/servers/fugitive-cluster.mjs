// Fugitive as it is run: a primary and two socket workers.
import { createServer, defineApp } from "../../dist/server/index.js";
import { report } from "../lib/report-usage.mjs";

const app = defineApp({ procedures: { "math.add": ({ x, y }) => x + y }, channels: { "*": {} } });
const server = createServer(app, {
  workers: 2,
  port: 0,
  host: "127.0.0.1",
  controlPort: "off",
  logLevel: "error",
});
await server.listen();
if (server.role === "primary") report(server.port);
