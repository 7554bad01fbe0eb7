// Starts a measured server of Fugitive, which then tells of itself.
import { createServer } from "../../dist/server/index.js";
import { report } from "./report-usage.mjs";

/** A few clients here do what thousands would: what one of them may do is not what is measured. */
const OPTIONS = { port: 0, host: "127.0.0.1", controlPort: "off", logLevel: "error", rateLimits: "off" };

/** Serves on a free port of loopback; in processes forked for it as well, which tell nothing. */
export async function serve(app, options) {
  const server = createServer(app, { ...OPTIONS, ...options });
  await server.listen();
  if (server.role !== "socket worker") report(server.port);
}
