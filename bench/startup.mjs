// From the start of the process to /readyz, with everything built: what a restart costs. As `npm start`, without npm.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "../tools/free-port.mjs";
import { median } from "./lib/statistics.mjs";

const ROUNDS = 5;
const LOOK_MS = 5;
const LIMIT_MS = 30_000;
const START = fileURLToPath(new URL("../tools/start.mjs", import.meta.url));

/** @returns milliseconds: the median (`middle`) and the slowest of some starts, each with one socket worker per core */
export async function benchStartup() {
  const times = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await startOnce());
  return { middle: median(times), slowest: Math.max(...times) };
}

async function startOnce() {
  const port = await freePort();
  const started = performance.now();
  const child = spawn(process.execPath, [START], {
    stdio: "ignore",
    env: { ...process.env, PORT: String(port), CONTROL_PORT: "off", HOST: "127.0.0.1" },
  });
  const gone = once(child, "exit");
  try {
    while ((await status(port)) !== 200) {
      if (child.exitCode !== null) throw new Error(`The server ended with exit code ${child.exitCode}.`);
      if (performance.now() - started > LIMIT_MS) throw new Error("The server did not become ready.");
      await sleep(LOOK_MS);
    }
    return performance.now() - started;
  } finally {
    child.kill();
    await gone;
  }
}

function status(port) {
  return new Promise((resolve) => {
    const request = get({ port, host: "127.0.0.1", path: "/readyz", agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on("error", () => resolve(undefined));
  });
}

if (process.argv[1]?.endsWith("startup.mjs")) {
  const times = await benchStartup();
  console.log(`${Math.round(times.middle)} ms to /readyz, ${Math.round(times.slowest)} ms at most`);
}
