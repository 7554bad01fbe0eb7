import { parseArgs } from "node:util";

/** Says what is wrong with the arguments, and how they are, and ends. */
export function misused(problem, help) {
  process.stderr.write(`${problem}\n\n${help}\n`);
  process.exit(2);
}

/** Reads the flags of a command. With `--help`, or flags that it does not have, tells how they are, and ends. */
export function readArguments(options, help) {
  let values;
  try {
    ({ values } = parseArgs({ options: { ...options, help: { type: "boolean", short: "h" } } }));
  } catch (error) {
    misused(error.message, help);
  }
  if (values.help) {
    process.stdout.write(`${help}\n`);
    process.exit(0);
  }
  return values;
}
