// What `npm run stress` and `npm run fuzz` have in common: a run that is drawn from a seed, is built for where needed, tells
// how far it is, ends early at a signal, and says at the end how it went.
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { build, isStale } from "./build.mjs";
import { misused, readArguments } from "./read-arguments.mjs";

/**
 * Reads the command line, runs, and ends the process: with 0 where nothing was wrong, 1 where something was, and 130 where a
 * signal ended it early.
 *
 * @param options `name` of the command; `help`, its text; `workers`, how many by default, as text; `more`, flags of its own,
 * each with text as its default; `problem`, which says what is wrong with what they are; `load`, which imports what runs: only once it is built; `seed`, where none is given;
 * `wrong`, a word for each thing that is; `verdict`, a sentence without its end, by how many things are wrong
 */
export async function seededRun({
  name,
  help,
  workers: defaultWorkers,
  more = {},
  problem = () => undefined,
  load,
  seed: otherwise,
  wrong,
  verdict,
}) {
  const options = {
    seed: { type: "string" },
    seconds: { type: "string", default: "60" },
    workers: { type: "string", default: defaultWorkers },
    log: { type: "string" },
    quiet: { type: "boolean", default: false },
    ...Object.fromEntries(Object.entries(more).map(([flag, text]) => [flag, { type: "string", default: text }])),
  };
  const { quiet, log, seed: given, seconds: secondsText, workers: workersText, ...own } = readArguments(options, help);
  const wrongFlag = problem(own);
  if (wrongFlag !== undefined) misused(wrongFlag, help);
  const seed = given ?? otherwise ?? randomBytes(4).toString("hex");
  const seconds = wholeNumber("seconds", secondsText, 1, 86_400, help);
  const workers = wholeNumber("workers", workersText, 1, 64, help);
  const flags = Object.entries({ seed, seconds, workers, ...own }).filter(([, value]) => value !== "");
  const again = `npm run ${name} -- ${flags.map(([flag, value]) => `--${flag} ${quoted(String(value))}`).join(" ")}`;

  const started = performance.now();
  const elapsed = () => `${((performance.now() - started) / 1_000).toFixed(0).padStart(4)} s`;
  const say = (text) => quiet || process.stdout.write(`${elapsed()}  ${text}\n`);
  const complain = (text) => process.stdout.write(`${elapsed()}  ${wrong}: ${text}\n`);

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

  const { run } = await load();
  const result = await run({ seed, seconds, workers, ...own, say, complain, signal: interrupted.signal });
  if (log !== undefined) writeFileSync(log, `${result.log}\n`);
  for (const [what, count] of [...result.counts].sort(([a], [b]) => a.localeCompare(b))) {
    if (!quiet) process.stdout.write(`${String(count).padStart(9)}  ${what}\n`);
  }
  const { complaints } = result;
  const told = verdict(complaints, elapsed().trim());
  process.stdout.write(`\n${told} with seed ${seed}${complaints > 0 ? `. Once more:\n  ${again}` : ""}\n`);
  process.exit(complaints > 0 ? 1 : interrupted.signal.aborted ? 130 : 0);
}

function wholeNumber(name, text, least, most, help) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < least || number > most)
    misused(`--${name} must be a whole number from ${least} to ${most}.`, help);
  return number;
}

/** As a shell takes it for one word. */
function quoted(text) {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
