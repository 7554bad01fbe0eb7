// Does what the Dockerfile says without Docker, in folders for its stages, and runs what comes of it: as another user, as
// process 1 where that is allowed, and with nothing in the environment but what the image sets. The health check has to
// come true, a call be answered, and SIGTERM end it with exit code 0.
// node .ci/try-image.mjs --scratch FOLDER
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { freePort } from "../tools/free-port.mjs";
import { notIgnored, readStages } from "./dockerfile.mjs";
import { alive, family } from "./processes.mjs";
import { call } from "./server-talk.mjs";

/** What `node` of the images of Node.js is. */
const USERS = { node: 1000 };
/** More is a mistake: what is not needed was not left behind. */
const MODULES_LIMIT_MB = 60;
const HEALTHY_MS = 40_000;
/** What Docker gives a container before it kills it. */
const END_MS = 10_000;

const scratch = parseArgs({ options: { scratch: { type: "string" } } }).values.scratch;
const read = (path) => readFileSync(path, "utf8");
const context = join(scratch, "context");
const inside = (stage, path) => join(scratch, stage, path);

function log(text) {
  process.stdout.write(`  ${text}\n`);
}

function copy(sources, into) {
  for (const source of sources) {
    // the content of a folder, but a file by its name
    const folder = statSync(source).isDirectory();
    const target = into.endsWith("/") && !folder ? join(into, basename(source)) : into;
    mkdirSync(dirname(target), { recursive: true });
    cpSync(source, target, { recursive: true });
  }
}

/** Makes the folder of a stage. @returns what the image would be told of how to run */
function build({ name = "final", instructions }) {
  const image = { env: {}, folder: "/", user: undefined, health: [], entry: [], command: [] };
  const run = (command) => {
    const { status } = spawnSync("sh", ["-ec", command], {
      cwd: inside(name, image.folder),
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, ...image.env },
    });
    if (status !== 0) throw new Error(`exit code ${status} of RUN ${command}`);
  };
  const takes = {
    WORKDIR(text) {
      image.folder = text;
      mkdirSync(inside(name, text), { recursive: true });
    },
    ENV: (text) => Object.assign(image.env, Object.fromEntries([text.split("=")])),
    RUN: run,
    COPY(text, { from }) {
      const paths = text.split(/\s+/);
      const to = paths.pop();
      const into = inside(name, to.startsWith("/") ? to : `${image.folder}/${to}`);
      copy(
        paths.map((path) => (from === undefined ? join(context, path) : inside(from, path))),
        to.endsWith("/") ? `${into}/` : into,
      );
    },
    USER: (text) => Object.assign(image, { user: USERS[text] }),
    EXPOSE: () => undefined,
    HEALTHCHECK: (text) => Object.assign(image, { health: JSON.parse(text.replace(/^CMD /, "")) }),
    ENTRYPOINT: (text) => Object.assign(image, { entry: JSON.parse(text) }),
    CMD: (text) => Object.assign(image, { command: JSON.parse(text) }),
  };
  for (const { word, flags, text } of instructions) {
    if (takes[word] === undefined) throw new Error(`What does ${word} of the Dockerfile do?`);
    takes[word](text, flags);
  }
  return { ...image, name };
}

/** What is before a command to run it as a user, and as process 1; what is not allowed here is left out, which is said. */
function asInContainer(user) {
  const allowed = ([command, ...args]) => spawnSync(command, [...args, "true"], { stdio: "ignore" }).status === 0;
  return [
    ["process 1", ["unshare", "--pid", "--fork", "--kill-child=SIGKILL"]],
    [`user ${user}`, ["setpriv", `--reuid=${user}`, `--regid=${user}`, "--clear-groups", "--no-new-privs"]],
  ].flatMap(([what, before]) => {
    if (allowed(before)) return before;
    log(`it may not be run as ${what} here, and is run without`);
    return [];
  });
}

async function healthy(image, options, child) {
  const [command, ...args] = image.health;
  const until = performance.now() + HEALTHY_MS;
  while (performance.now() < until) {
    if (child.exitCode !== null) throw new Error(`It ended with exit code ${child.exitCode} before it was healthy.`);
    if (spawnSync(command, args, { ...options, stdio: "ignore" }).status === 0) return;
    await sleep(200);
  }
  throw new Error(`The health check did not come true within ${HEALTHY_MS / 1000} s.`);
}

async function tryImage(image) {
  const [port, controlPort] = [await freePort(), await freePort()];
  const options = {
    cwd: inside(image.name, image.folder),
    env: {
      PATH: process.env.PATH,
      HOME: "/nonexistent",
      ...image.env,
      PORT: `${port}`,
      CONTROL_PORT: `${controlPort}`,
    },
  };
  const [command, ...args] = [...asInContainer(image.user), ...image.entry, ...image.command];
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  let members = [];
  try {
    await healthy(image, options, child);
    await call(`ws://127.0.0.1:${port}`);
    members = family(child.pid);
    // the process of the container, which is below what makes it process 1
    const first = command === "unshare" ? members.map(([pid]) => pid)[1] : child.pid;
    const owner = statSync(`/proc/${first}`).uid;
    const started = performance.now();
    process.kill(first, "SIGTERM");
    const [code, signal] = await once(child, "exit", { signal: AbortSignal.timeout(END_MS) });
    if (code !== 0) throw new Error(`SIGTERM ended it with ${signal ?? `exit code ${code}`}.`);
    const left = alive(members).map(([pid]) => pid);
    if (left.length > 0) throw new Error(`These processes are left: ${left.join(" ")}.`);
    const took = Math.round(performance.now() - started);
    log(`healthy, answered a call as user ${owner}; SIGTERM ended ${members.length} processes with 0 in ${took} ms`);
  } catch (error) {
    process.stderr.write(`${output}\n`);
    throw error;
  } finally {
    for (const [pid] of alive([...family(child.pid), ...members])) process.kill(pid, "SIGKILL");
  }
}

const megabytes = (path) => Number(execFileSync("du", ["-sm", path], { encoding: "utf8" }).split("\t")[0]);

const files = execFileSync("git", ["ls-files"], { encoding: "utf8" }).trim().split("\n");
for (const path of notIgnored(files, read(".dockerignore"))) copy([path], join(context, path));
let image;
for (const stage of readStages(read("Dockerfile"))) image = build(stage);
// the user of the image comes through it, and owns nothing in it
for (const path of [scratch, dirname(scratch)]) chmodSync(path, 0o755);
const modules = megabytes(inside(image.name, `${image.folder}/node_modules`));
log(`${modules} MB of packages, ${megabytes(inside(image.name, `${image.folder}/dist`))} MB of our own`);
if (modules > MODULES_LIMIT_MB) throw new Error(`${modules} MB of packages are more than ${MODULES_LIMIT_MB}.`);
await tryImage(image);
