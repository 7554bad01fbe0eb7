import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";

const COMMAND = fileURLToPath(new URL("../tools/stress.mjs", import.meta.url));
/** How long a run lasts, in seconds, and what it may take with all that comes before and after, in milliseconds. */
const SECONDS = 8;
const LIMIT_MS = 300_000;

/** Runs `npm run stress`. @returns what it wrote, and how it ended */
async function stress(...args: string[]) {
  const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const exited = new Promise((resolve) => {
    child.once("close", resolve);
  });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { output: output + errors, code: await exited };
}

it.each([
  ["a seed that is always the same", "always the same"],
  ["another seed each time", randomBytes(4).toString("hex")],
])("whatever happens at once, every promise is kept: %s", { timeout: LIMIT_MS }, async (_, seed) => {
  const { output, code } = await stress("--seed", seed, "--seconds", `${SECONDS}`);
  expect(output).toMatch(`seed ${seed}`);
  expect(code, output).toBe(0);
  // it was not kept for want of anything that happened
  for (const what of ["publications acknowledged", "calls that run once: answered", "socket workers: killed"]) {
    expect(output).toMatch(new RegExp(`[1-9]\\d*  ${what}`));
  }
});

it("says what it takes, and refuses what makes no sense", async () => {
  expect(await stress("--help")).toMatchObject({ code: 0, output: expect.stringContaining("--seconds N") });
  expect(await stress("--seconds", "-1")).toMatchObject({ code: 2 });
});
