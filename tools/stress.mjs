// `npm run stress`: builds where needed, serves, and has everything happen to that at once. Fails where a promise of the
// server's is broken. docs/STRESS.md says what is looked at.
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { build, isStale } from "./build.mjs";
import { misused, readArguments } from "./read-arguments.mjs";

const HELP = `npm run stress [-- flags]

  --seed TEXT     what everything is drawn from; the same is drawn again
                  [by chance]
  --seconds N     how long it lasts, calming down not included [60]
  --workers N     socket workers [3]
  --log FILE      writes the server's log to a file
  --quiet         tells nothing but the seed and what is wrong
  --help          this text

Ends with 0 where all promises were kept, with 1 where one was broken, and with
130 after Ctrl-C, which ends a run early; a second one ends it at once.`;

const options = {
  seed: { type: "string" },
  seconds: { type: "string", default: "60" },
  workers: { type: "string", default: "3" },
  log: { type: "string" },
  quiet: { type: "boolean", default: false },
};

function wholeNumber(name, text, least, most) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < least || number > most)
    misused(`--${name} must be a whole number from ${least} to ${most}.`, HELP);
  return number;
}

const { quiet, log, ...rest } = readArguments(options, HELP);
const seed = rest.seed ?? randomBytes(4).toString("hex");
const seconds = wholeNumber("seconds", rest.seconds, 1, 86_400);
const workers = wholeNumber("workers", rest.workers, 1, 64);
const quoted = /^[\w.-]+$/.test(seed) ? seed : `'${seed.replaceAll("'", "'\\''")}'`;
const again = `npm run stress -- --seed ${quoted} --seconds ${seconds} --workers ${workers}`;

const started = performance.now();
const elapsed = () => `${((performance.now() - started) / 1_000).toFixed(0).padStart(4)} s`;
const say = (text) => quiet || process.stdout.write(`${elapsed()}  ${text}\n`);
const complain = (text) => process.stdout.write(`${elapsed()}  BROKEN: ${text}\n`);

process.stdout.write(`seed ${seed}\n`);
if (isStale()) await build();

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    if (interrupted.signal.aborted) process.exit(130);
    say("ending early");
    interrupted.abort();
  });
}

// only now: what is run is what was built
const { run } = await import("../stress/run.mjs");
const {
  counts,
  complaints,
  log: written,
} = await run({ seed, seconds, workers, say, complain, signal: interrupted.signal });
if (log !== undefined) writeFileSync(log, `${written}\n`);
for (const [what, count] of [...counts].sort(([a], [b]) => a.localeCompare(b))) {
  if (!quiet) process.stdout.write(`${String(count).padStart(9)}  ${what}\n`);
}
if (complaints > 0) process.stdout.write(`\n${complaints} broken promises with seed ${seed}. Once more:\n  ${again}\n`);
else process.stdout.write(`\nall promises were kept in ${elapsed().trim()} with seed ${seed}\n`);
process.exit(complaints > 0 ? 1 : interrupted.signal.aborted ? 130 : 0);
