// `npm run bench`: builds where needed, measures, and says which goals are met. Fails where one is missed.
import { writeFileSync } from "node:fs";
import { build, isStale } from "./build.mjs";
import { misused, readArguments } from "./read-arguments.mjs";

const HELP = `npm run bench [-- flags]

  --only calls,idle   only these: calls, transports, limits, publications, idle, connects, compute,
                      startup, reconnects, worker-death, centaurus, codec
  --json FILE         writes the numbers to a file as well
  --help              this text

Takes about seven minutes. The machine should have nothing else to do: the clients run on it, too.`;

const { only, json } = readArguments({ only: { type: "string" }, json: { type: "string" } }, HELP);
if (isStale()) await build();

// only now: what is measured is what was built
const { MEASUREMENTS } = await import("../bench/report.mjs");
const { describeMachine, formatRows } = await import("../bench/lib/show.mjs");
const names = only === undefined ? Object.keys(MEASUREMENTS) : only.split(",");
const unknown = names.filter((name) => !Object.hasOwn(MEASUREMENTS, name));
if (unknown.length > 0) misused(`There is nothing to measure called ${unknown.join(", ")}.`, HELP);

const machine = describeMachine();
const rows = [];
for (const name of names) {
  const started = performance.now();
  process.stderr.write(`${name} … `);
  rows.push(...(await MEASUREMENTS[name]()).map((row) => ({ measurement: name, ...row })));
  process.stderr.write(`${((performance.now() - started) / 1000).toFixed(0)} s\n`);
}

const missed = rows.filter(({ met }) => met === false);
const goals = rows.filter(({ met }) => met !== undefined);
process.stdout.write(`\n${machine}\n\n${formatRows(rows)}\n`);
if (goals.length > 0) process.stdout.write(`\n${goals.length - missed.length} of ${goals.length} goals met\n`);
if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine, rows }, null, 2)}\n`);
process.exit(missed.length === 0 ? 0 : 1);
