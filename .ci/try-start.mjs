// Starts a server the way a person does, sees it answer a call, ends it, and sees that nothing of it is left.
// node .ci/try-start.mjs [--cwd FOLDER] [--within SECONDS] [--end terminate|interrupt] [--client FILE] -- npm start
// A client is a program that is given the server's address, and ends with 0 where all is well.
import { execFileSync, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { freePort } from "../tools/free-port.mjs";
import { alive, family } from "./processes.mjs";
import { call } from "./server-talk.mjs";

/** The server's own drain limit and some more. */
const END_MS = 15_000;
const CLIENT_MS = 15_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cwd: { type: "string", default: process.cwd() },
    within: { type: "string", default: "60" },
    end: { type: "string", default: "terminate" },
    client: { type: "string" },
  },
});

async function ready(url, child, withinMs) {
  const until = performance.now() + withinMs;
  while (performance.now() < until) {
    if (child.exitCode !== null) throw new Error(`It ended with exit code ${child.exitCode} before it served.`);
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
    if (response?.status === 200) return;
    await sleep(50);
  }
  throw new Error(`${url} did not answer 200 within ${withinMs / 1000} s.`);
}

/** Ends it like a service manager (SIGTERM to the process that was started) or like Ctrl-C (SIGINT to all of them). */
async function end(child, members) {
  if (values.end === "interrupt") process.kill(-child.pid, "SIGINT");
  else child.kill("SIGTERM");
  const until = performance.now() + END_MS;
  while (alive(members).length > 0 && performance.now() < until) await sleep(50);
  const left = alive(members).map(([pid]) => pid);
  if (left.length > 0) throw new Error(`These processes are left: ${left.join(" ")}.`);
}

const [port, controlPort] = [await freePort(), await freePort()];
const [command, ...args] = positionals;
const started = performance.now();
const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
const child = spawn(command, args, {
  cwd: values.cwd,
  // a group of its own, so that Ctrl-C can be played, and all of it be ended
  detached: true,
  stdio: ["ignore", "pipe", "pipe"],
  env: { ...process.env, PORT: String(port), CONTROL_PORT: String(controlPort) },
});
let output = "";
child.on("error", (error) => {
  output += `${error.message}\n`;
});
for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
let members = [];
try {
  if (child.pid === undefined) throw new Error(`${command} could not be started.`);
  await ready(`http://127.0.0.1:${port}/readyz`, child, Number(values.within) * 1000);
  process.stdout.write(`  ready after ${seconds()}\n`);
  await call(`ws://127.0.0.1:${port}`);
  if (values.client !== undefined) {
    const args = [values.client, `http://127.0.0.1:${port}`];
    const said = execFileSync(process.execPath, args, { cwd: values.cwd, encoding: "utf8", timeout: CLIENT_MS });
    process.stdout.write(`  its client: ${said}`);
  }
  members = family(child.pid);
  const before = performance.now();
  await end(child, members);
  const took = Math.round(performance.now() - before);
  process.stdout.write(`  answered a call; ${members.length} processes gone ${took} ms after ${values.end}\n`);
} catch (error) {
  process.stderr.write(`${output}\n${positionals.join(" ")}: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  for (const [pid] of alive(child.pid === undefined ? [] : [...family(child.pid), ...members]))
    process.kill(pid, "SIGKILL");
}
