// `npm run load`: runs artillery-test.yml, or another script, by Artillery. Installs that where it is missing, builds where
// needed, and serves where nobody does. docs/LOAD-TESTING.md says what comes out.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { build, isStale } from "./build.mjs";
import { ARTILLERY, installArtillery } from "./install-artillery.mjs";
import { readLine, targetOf } from "./load-arguments.mjs";
import { isListening, serveForLoad } from "./serve-for-load.mjs";
import { untilInterrupted } from "./until-interrupted.mjs";

const HELP = `npm run load [-- [SCRIPT] flags]

Runs SCRIPT, or artillery-test.yml, by Artillery, which is installed into
bench/artillery the first time. Where nobody listens at the script's target,
serves the demo on a free port until the test is over.

  --app FILE      serves this application instead, whoever listens
  --target URL    where the load goes; nothing is served then
  --help          this text

All other flags are those of "artillery run", among them:

  -e short        the short phases of artillery-test.yml
  -o FILE         writes the numbers to a file, as JSON
  --solo          one virtual user
  --scenario-name NAME

Ends with 0 where all that the script ensures did hold, else with Artillery's
exit code.`;

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;
const SCRIPT = fileURLToPath(new URL("../artillery-test.yml", import.meta.url));

/** Serves where that is wanted, or nobody else does. @returns as serveForLoad; undefined where somebody serves */
async function serveWhereNeeded({ script, app, target: given, environment }) {
  if (app !== undefined) return serveForLoad(app);
  const target = given ?? targetOf(script, environment);
  if (target === undefined) return undefined;
  if (await isListening(target)) {
    process.stderr.write(`The load goes to ${target}, where somebody listens.\n`);
    return undefined;
  }
  if (given !== undefined || !LOOPBACK.test(new URL(target).hostname)) {
    throw new Error(
      `Nobody listens at ${target}. Start your server there, or name another one: --target ws://host:port`,
    );
  }
  process.stderr.write(`Nobody listens at ${target}: serving the demo until the test is over.\n`);
  return serveForLoad();
}

/** Runs Artillery on this terminal. @returns its exit code: 0 where all was well */
async function artillery(args, signal) {
  const child = spawn(process.execPath, [ARTILLERY, "run", ...args], {
    stdio: ["ignore", "inherit", "inherit"],
    // without it, Artillery tells its makers of each run
    env: { ARTILLERY_DISABLE_TELEMETRY: "true", ...process.env },
  });
  signal.addEventListener("abort", () => child.kill(signal.reason));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, name) => resolve(code ?? 128 + constants.signals[name]));
  });
}

async function main(line, signal) {
  if (isStale()) await build();
  await installArtillery(signal);
  const server = await serveWhereNeeded(line);
  if (server !== undefined) process.stderr.write(`Serving ${line.app ?? "the demo"} at ${server.url}\n`);
  const target = server === undefined ? [] : ["--target", server.url];
  let served = true;
  let code = 1;
  try {
    if (!signal.aborted) code = await artillery([...line.rest, ...target, line.script], signal);
  } finally {
    served = (await server?.stop()) ?? true;
  }
  if (served) return code;
  process.stderr.write("The server has ended before the test was over.\n");
  return code || 1;
}

const argv = process.argv.slice(2);
if (argv.includes("--help") || argv.includes("-h")) {
  process.stdout.write(`${HELP}\n`);
  process.exit(0);
}
await untilInterrupted("load-artillery.mjs", (signal) => main(readLine(argv, SCRIPT), signal));
