// Vitest's global setup: tests that start real processes run what is in dist/, and no two of them may build at once.
import { build, isStale } from "./build.mjs";

export async function setup() {
  if (!isStale()) return;
  try {
    await build();
  } catch (error) {
    // tests of single units need no build; those that do will fail by themselves
    process.stderr.write(`${error.message}\n`);
  }
}
