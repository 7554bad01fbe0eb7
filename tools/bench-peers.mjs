// `npm run bench:peers`: measures Fugitive beside what others would use instead, and writes a report with plots.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { build, isStale } from "./build.mjs";
import { misused, readArguments } from "./read-arguments.mjs";

const HELP = `npm run bench:peers [-- flags]

  --only calls,idle   only these: calls, fan-out, fan-out-two-workers, across-workers,
                      idle, connects, heavy, connections, sizes, recovery, browser, codecs
  --quick             a first impression in about four minutes: one short round of each
  --from FILE         measures nothing, and writes the report of numbers that are there
  --out FOLDER        where report.html, report.md and numbers.json go
                      (default: bench/results)
  --help              this text

What it is measured beside is installed into bench/peers the first time: about
170 MB. Takes half an hour; what was measured until then is kept at Ctrl-C. The
machine should have nothing else to do: the clients run on it, too. ROUNDS in the
environment is how many rounds each makes instead of three or five. browser needs
Chromium (CHROMIUM_PATH), and is left out without it.`;

const PEERS = fileURLToPath(new URL("../bench/peers/", import.meta.url));
const {
  only,
  quick,
  from,
  out = "bench/results",
} = readArguments(
  { only: { type: "string" }, quick: { type: "boolean" }, from: { type: "string" }, out: { type: "string" } },
  HELP,
);
if (quick) process.env.QUICK = "1";
if (isStale()) await build();

const { peersInstalled } = await import("../bench/lib/arms.mjs");
const { describeMachine } = await import("../bench/lib/show.mjs");
const { expectedSeconds, PEER_MEASUREMENTS } = await import("../bench/beside/measurements.mjs");
const { peerHtml, peerMarkdown } = await import("../bench/beside/report.mjs");
const { goalsOf } = await import("../bench/beside/goals.mjs");
const { endRunning } = await import("../bench/lib/running.mjs");

function install() {
  process.stderr.write("Installing what it is measured beside into bench/peers, once: about 170 MB.\n");
  const { status } = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: PEERS,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status === 0 && peersInstalled()) return;
  process.stderr.write("It could not be installed: see above. Bun is measured on Linux x64 only.\n");
  process.exit(1);
}

const MUCH_LONGER = 4;
const SPARE_SECONDS = 60;
const minutes = (seconds) => (seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`);

/** Measures one after the other, and has written what there is after each of them. */
async function measureAll(measured) {
  const expected = names.map(expectedSeconds);
  const total = expected.reduce((all, one) => all + one, 0);
  process.stderr.write(`${names.length} to measure, in about ${minutes(total)}\n`);
  const start = performance.now();
  let past = 0;
  for (const [index, name] of names.entries()) {
    const started = performance.now();
    const took = () => `${((performance.now() - started) / 1_000).toFixed(0)} s`;
    process.stderr.write(`${index + 1}/${names.length} ${name}, about ${minutes(expected[index])} … `);
    let became = took;
    try {
      const result = await guarded(PEER_MEASUREMENTS[name].run(), expected[index]);
      if (result.length === 0) became = () => "left out: something it needs is not on this machine";
      else measured.results[name] = result;
    } catch (error) {
      // what was under way fails by that
      if (interrupted) return;
      // half an hour of others is not thrown away for it
      process.exitCode = 1;
      const after = took();
      became = () => `FAILED after ${after}: ${error.stack}`;
      await endRunning();
    }
    past += expected[index];
    // this machine may be slower than the one on which it was estimated
    const slower = (performance.now() - start) / 1_000 / past;
    const left = index + 1 < names.length ? `, about ${minutes((total - past) * slower)} left` : "";
    process.stderr.write(`${became()}${left}\n`);
    write(measured);
  }
}

/** Fails where it takes much longer than it should, or where something throws that nobody waits for, such as a lost connection. */
async function guarded(running, seconds) {
  const timer = new AbortController();
  const late = sleep((seconds * MUCH_LONGER + SPARE_SECONDS) * 1_000, undefined, { signal: timer.signal, ref: false });
  const failed = new Promise((_, reject) => {
    fail = reject;
  });
  try {
    const tooLong = late.then(() => Promise.reject(new Error("It took too long.")));
    return await Promise.race([running, failed, tooLong]);
  } finally {
    timer.abort();
  }
}

function write(measured) {
  const { machine, results } = measured;
  const run = { machine, command: commandOf(measured) };
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "numbers.json"), `${JSON.stringify(measured)}\n`);
  writeFileSync(join(out, "report.html"), peerHtml(results, run));
  writeFileSync(join(out, "report.md"), peerMarkdown(results, run));
}

/** What repeats it. */
function commandOf({ rounds, quick: short, results }) {
  const all = Object.keys(results).length === Object.keys(PEER_MEASUREMENTS).length;
  const flags = [...(short ? ["--quick"] : []), ...(all ? [] : ["--only", Object.keys(results).join(",")])];
  const environment = rounds === undefined ? "" : `ROUNDS=${rounds} `;
  return `${environment}npm run bench:peers${flags.length === 0 ? "" : ` -- ${flags.join(" ")}`}`;
}

function conclude(measured) {
  for (const { what, value, goal, met } of goalsOf(measured.results)) {
    process.stdout.write(`${met ? "met   " : "missed"}  ${value.padEnd(8)} ${goal.padEnd(10)} ${what}\n`);
  }
  process.stdout.write(`wrote ${join(out, "report.html")}, report.md and numbers.json\n`);
}

const names = only?.split(",") ?? Object.keys(PEER_MEASUREMENTS);
const unknown = names.filter((name) => !Object.hasOwn(PEER_MEASUREMENTS, name));
if (unknown.length > 0) misused(`There is nothing to measure called ${unknown.join(", ")}.`, HELP);
let interrupted = false;
let fail = () => undefined;

if (from !== undefined) {
  const measured = JSON.parse(readFileSync(from, "utf8"));
  write(measured);
  conclude(measured);
} else {
  if (!peersInstalled()) install();
  const measured = { machine: describeMachine(), rounds: process.env.ROUNDS, quick, results: {} };
  const interrupt = async (signal) => {
    if (interrupted) return; // npm and the terminal both say so
    interrupted = true;
    const kept = Object.keys(measured.results);
    process.stderr.write(`interrupted: ${kept.length === 0 ? "nothing" : kept.join(", ")} measured\n`);
    await endRunning();
    if (kept.length > 0) conclude(measured);
    process.exit(signal === "SIGINT" ? 130 : 143);
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, interrupt);
  process.on("uncaughtException", (error) => {
    // what is ended loses its connections; what comes late of a measurement that has failed has no one to tell
    if (!interrupted) fail(error);
  });
  await measureAll(measured).catch((error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  });
  // whoever was interrupted ends by itself
  if (!interrupted) conclude(measured);
}
