// `npm run bench:peers`: measures Fugitive beside what others would use instead, and writes a report with plots.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, isStale } from "./build.mjs";
import { misused, readArguments } from "./read-arguments.mjs";

const HELP = `npm run bench:peers [-- flags]

  --only calls,idle   only these: calls, fan-out, fan-out-two-workers, across-workers,
                      idle, connects, heavy, connections, sizes
  --from FILE         measures nothing, and writes the report of numbers that are there
  --out FOLDER        where report.html, report.md and numbers.json go
                      (default: bench/results)
  --help              this text

What it is measured beside is installed into bench/peers the first time: about
160 MB. Takes half an hour. The machine should have nothing else to do: the
clients run on it, too. ROUNDS=1 in the environment makes it short, and rough.`;

const PEERS = fileURLToPath(new URL("../bench/peers/", import.meta.url));
const {
  only,
  from,
  out = "bench/results",
} = readArguments({ only: { type: "string" }, from: { type: "string" }, out: { type: "string" } }, HELP);
if (isStale()) await build();

const { peersInstalled } = await import("../bench/lib/arms.mjs");
const { describeMachine } = await import("../bench/lib/show.mjs");
const { PEER_MEASUREMENTS } = await import("../bench/beside/measurements.mjs");
const { peerHtml, peerMarkdown } = await import("../bench/beside/report.mjs");
const { goalsOf } = await import("../bench/beside/goals.mjs");

function install() {
  process.stderr.write("Installing what it is measured beside into bench/peers, once: about 160 MB.\n");
  const { status } = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: PEERS,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status === 0 && peersInstalled()) return;
  process.stderr.write("It could not be installed: see above. Bun is measured on Linux x64 only.\n");
  process.exit(1);
}

async function measure(names) {
  if (!peersInstalled()) install();
  const results = {};
  for (const name of names) {
    const started = performance.now();
    process.stderr.write(`${name} … `);
    const took = () => `${((performance.now() - started) / 1_000).toFixed(0)} s`;
    try {
      results[name] = await PEER_MEASUREMENTS[name]();
      process.stderr.write(`${took()}\n`);
    } catch (error) {
      // half an hour of others is not thrown away for it
      process.exitCode = 1;
      process.stderr.write(`FAILED after ${took()}: ${error.stack}\n`);
    }
  }
  return { machine: describeMachine(), rounds: process.env.ROUNDS, results };
}

const names = only?.split(",") ?? Object.keys(PEER_MEASUREMENTS);
const unknown = names.filter((name) => !Object.hasOwn(PEER_MEASUREMENTS, name));
if (unknown.length > 0) misused(`There is nothing to measure called ${unknown.join(", ")}.`, HELP);
const measured = from === undefined ? await measure(names) : JSON.parse(readFileSync(from, "utf8"));

const rounds = measured.rounds === undefined ? "" : `ROUNDS=${measured.rounds} `;
const run = {
  machine: measured.machine,
  command: `${rounds}npm run bench:peers${only === undefined ? "" : ` -- --only ${only}`}`,
};
mkdirSync(out, { recursive: true });
writeFileSync(join(out, "numbers.json"), `${JSON.stringify(measured)}\n`);
writeFileSync(join(out, "report.html"), peerHtml(measured.results, run));
writeFileSync(join(out, "report.md"), peerMarkdown(measured.results, run));
for (const { what, value, goal, met } of goalsOf(measured.results)) {
  process.stdout.write(`${met ? "met   " : "missed"}  ${value.padEnd(8)} ${goal.padEnd(10)} ${what}\n`);
}
process.stdout.write(`wrote ${join(out, "report.html")}, report.md and numbers.json\n`);
