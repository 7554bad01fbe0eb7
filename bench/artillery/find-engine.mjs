// `config.processor` of a script has Artillery find the engine of this folder, wherever Artillery itself is installed: it loads
// this in each of its processes and threads first, and then looks for a package `artillery-engine-fugitive` beside itself.
import { existsSync } from "node:fs";
import Module from "node:module";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";

const client = fileURLToPath(new URL("../../dist/client/node.js", import.meta.url));
if (!existsSync(client)) {
  const error = new Error("The client that makes the load is not built yet: npm ci && npm run build");
  error.stack = error.message;
  throw error;
}

const folder = fileURLToPath(new URL(".", import.meta.url));
process.env.NODE_PATH = [folder, process.env.NODE_PATH ?? ""].filter((path) => path !== "").join(delimiter);
// Node.js reads NODE_PATH as it starts, and does so again here
Module._initPaths();
