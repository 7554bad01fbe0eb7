// Vitest's global setup: tests that start real processes run what is in dist/, and no two of them may build at once.
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, isStale } from "./build.mjs";

export async function setup() {
  if (!isStale()) return;
  try {
    await build();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    // tests of single units need no build; those that do must not pass with what was built before
    rmSync(fileURLToPath(new URL("../dist", import.meta.url)), { recursive: true, force: true });
  }
}
