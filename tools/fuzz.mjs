// `npm run fuzz`: builds where needed, serves, and attacks that in every way there is. Fails where anybody but the attackers
// notices. docs/FUZZ.md says what is done, and what is looked at.
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { build, isStale } from "./build.mjs";
import { misused, readArguments } from "./read-arguments.mjs";

const HELP = `npm run fuzz [-- flags]

  --seed TEXT     what everything is drawn from; the same is drawn again
                  [FUZZ_SEED, or by chance]
  --seconds N     how long the attacks last, all together [60]
  --workers N     socket workers [2]
  --only TEXT     only attacks whose names have this in them
  --log FILE      writes the server's log to a file
  --quiet         tells nothing but the seed and what is wrong
  --help          this text

It attacks servers of its own on loopback, and nobody else. Ends with 0 where
nobody but the attackers noticed, with 1 where something was wrong, and with 130
after Ctrl-C, which ends a run early; a second one ends it at once.`;

const options = {
  seed: { type: "string" },
  seconds: { type: "string", default: "60" },
  workers: { type: "string", default: "2" },
  only: { type: "string", default: "" },
  log: { type: "string" },
  quiet: { type: "boolean", default: false },
};

function wholeNumber(name, text, least, most) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < least || number > most)
    misused(`--${name} must be a whole number from ${least} to ${most}.`, HELP);
  return number;
}

const { quiet, log, only, ...rest } = readArguments(options, HELP);
const seed = rest.seed ?? process.env.FUZZ_SEED ?? randomBytes(4).toString("hex");
const seconds = wholeNumber("seconds", rest.seconds, 1, 86_400);
const workers = wholeNumber("workers", rest.workers, 1, 64);
const quoted = (text) => (/^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
const again = `npm run fuzz -- --seed ${quoted(seed)} --seconds ${seconds} --workers ${workers}${only && ` --only ${quoted(only)}`}`;

const started = performance.now();
const elapsed = () => `${((performance.now() - started) / 1_000).toFixed(0).padStart(4)} s`;
const say = (text) => quiet || process.stdout.write(`${elapsed()}  ${text}\n`);
const complain = (text) => process.stdout.write(`${elapsed()}  WRONG: ${text}\n`);

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
const { run } = await import("../fuzz/run.mjs");
const result = await run({ seed, seconds, workers, only, say, complain, signal: interrupted.signal });
if (log !== undefined) writeFileSync(log, `${result.log}\n`);
for (const [what, count] of [...result.counts].sort(([a], [b]) => a.localeCompare(b))) {
  if (!quiet) process.stdout.write(`${String(count).padStart(9)}  ${what}\n`);
}
if (result.complaints > 0) {
  process.stdout.write(`\n${result.complaints} things were wrong with seed ${seed}. Once more:\n  ${again}\n`);
} else process.stdout.write(`\nnobody but the attackers noticed, in ${elapsed().trim()} with seed ${seed}\n`);
process.exit(result.complaints > 0 ? 1 : interrupted.signal.aborted ? 130 : 0);
