// Does in a folder what docs/START.md says, command by command, and compares what they say with what stands there.
// node .ci/follow-guide.mjs --cwd FOLDER [--tarball FILE]
// With a tarball packages are installed, from the registry as well; without one those of this clone are used as they are.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { freePort } from "../tools/free-port.mjs";

const GUIDE = "docs/START.md";
const COMMAND_MS = 120_000;
const SERVE_MS = 30_000;
/** What is done in the clone: `.ci/run` has done it before. */
const IN_CLONE = ["npm ci && npm start", "npm ci && npm pack"];

const { values } = parseArgs({ options: { cwd: { type: "string" }, tarball: { type: "string" } } });
const { cwd, tarball } = values;
const root = fileURLToPath(new URL("..", import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const [port, controlPort] = [await freePort(), await freePort()];
const here = (text) => text.replaceAll("localhost:8080", `localhost:${port}`);
const inside = (path) => join(cwd, path);

/** Blocks of the guide in their order: `{ language, text, before }`, the last being the paragraph before it. */
function blocks() {
  const parts = readFileSync(join(root, GUIDE), "utf8").split(/^```(.*)\n/m);
  const found = [];
  // prose, language, text, "" of the fence that closes it, prose, …
  for (let index = 0; index + 2 < parts.length; index += 4) {
    const [prose, language, text] = parts.slice(index);
    found.push({ language, text, before: prose.trim().split("\n\n").at(-1) });
  }
  return found;
}

let server;
let said = "";
const done = { files: 0, commands: 0, outputs: 0 };

/** What runs. */
const running = new Set();

function start(command, env = {}) {
  // a group of its own, so that Ctrl-C can be played
  const child = spawn("bash", ["-c", `exec ${command}`], {
    cwd,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  running.add(child);
  child.once("close", () => running.delete(child));
  return child;
}

/** Ends what was started as Ctrl-C does. */
async function interrupt(child) {
  if (!running.has(child)) return;
  const gone = new Promise((resolve) => child.once("close", resolve));
  process.kill(-child.pid, "SIGINT");
  await gone;
}

process.once("SIGTERM", () => {
  for (const { pid } of running) process.kill(-pid, "SIGKILL");
  process.exit(1);
});

/** Runs a command until it ends, or has said what is expected of it. */
async function run(command, expected) {
  const child = start(command);
  let [out, all] = ["", ""];
  const enough = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`${command} has not ended:\n${all}`)), COMMAND_MS).unref();
    child.stderr.on("data", (chunk) => (all += chunk));
    child.stdout.on("data", (chunk) => {
      out += chunk;
      all += chunk;
      // some stay until Ctrl-C
      if (expected !== undefined && out === expected) resolve();
    });
    child.once("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}:\n${all}`)),
    );
  });
  try {
    await enough;
  } finally {
    await interrupt(child);
  }
  said += out;
}

async function serve(command) {
  if (server !== undefined) await interrupt(server);
  server = start(command, { PORT: String(port), CONTROL_PORT: String(controlPort) });
  let all = "";
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (chunk) => (all += chunk));
  const until = performance.now() + SERVE_MS;
  while (!(await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.ok) {
    if (performance.now() > until || server.exitCode !== null) throw new Error(`${command} does not serve:\n${all}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What stands for `npm install` where nothing is to be fetched. */
function link(packages) {
  mkdirSync(inside("node_modules/.bin"), { recursive: true });
  for (const name of packages) {
    const of = name.includes(".tgz") ? "fugitive" : name;
    mkdirSync(dirname(inside(`node_modules/${of}`)), { recursive: true });
    symlinkSync(of === "fugitive" ? root : join(root, "node_modules", of), inside(`node_modules/${of}`), "dir");
    const { bin = {} } = JSON.parse(readFileSync(inside(`node_modules/${of}/package.json`), "utf8"));
    for (const [program, file] of Object.entries(bin)) {
      const target = relative(inside("node_modules/.bin"), inside(`node_modules/${of}/${file}`));
      symlinkSync(target, inside(`node_modules/.bin/${program}`));
    }
  }
}

async function follow(command, expected) {
  done.commands++;
  const packed = `../fugitive/fugitive-${version}.tgz`;
  if (IN_CLONE.includes(command)) return;
  if (command === "mkdir ../hello && cd ../hello") return void mkdirSync(cwd, { recursive: true });
  if (command.startsWith("npm install ")) {
    const [, , ...words] = command.split(" ");
    if (tarball === undefined) link(words.filter((word) => !word.startsWith("-")));
    else await run(command.replace(packed, tarball));
    return;
  }
  const talks = command.replace(/^npx fugitive (repl|load)/, `npx fugitive $1 ws://localhost:${port}`);
  const line = tarball === undefined ? talks.replace(/^npx /, "node_modules/.bin/") : talks;
  await (command.startsWith("npx fugitive serve ") ? serve(line) : run(line, expected));
  const [, report] = /--html (\S+)/.exec(command) ?? [];
  if (report !== undefined && !existsSync(inside(report))) throw new Error(`${command} has left no ${report}.`);
}

try {
  const all = blocks();
  for (const [index, { language, text, before }] of all.entries()) {
    const next = all[index + 1];
    if (language === "sh") {
      said = "";
      const lines = text.trim().split("\n");
      const expected = next?.language === "" ? next.text : undefined;
      for (const command of lines) await follow(command, command === lines.at(-1) ? expected : undefined);
    } else if (language === "") {
      if (said !== text) throw new Error(`It says\n${said}and not\n${text}`);
      done.outputs++;
    } else {
      const name = [...before.matchAll(/`([\w.-]+)`/g)]
        .map(([, word]) => word)
        .findLast((word) => word.endsWith(`.${language}`));
      if (name === undefined) throw new Error(`Nobody knows how this file is called:\n${text}`);
      writeFileSync(inside(name), here(text));
      done.files++;
    }
  }
  process.stdout.write(`${JSON.stringify(done)}\n`);
} catch (error) {
  process.stderr.write(`${GUIDE}: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  if (server !== undefined) await interrupt(server);
}
