import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { runCommand } from "./test/run-command.ts";

/** How long a run lasts, in seconds, and what it may take with all that comes before and after, in milliseconds. */
const SECONDS = 8;
const LIMIT_MS = 300_000;

it.each([
  ["a seed that is always the same", "always the same"],
  ["another seed each time", randomBytes(4).toString("hex")],
])("whatever happens at once, every promise is kept: %s", { timeout: LIMIT_MS }, async (_, seed) => {
  const { output, code } = await runCommand("stress", "--seed", seed, "--seconds", `${SECONDS}`);
  expect(output).toMatch(`seed ${seed}`);
  expect(code, output).toBe(0);
  // it was not kept for want of anything that happened
  for (const what of ["publications acknowledged", "calls that run once: answered", "socket workers: killed"]) {
    expect(output).toMatch(new RegExp(`[1-9]\\d*  ${what}`));
  }
});

it("says what it takes, and refuses what makes no sense", async () => {
  expect(await runCommand("stress", "--help")).toMatchObject({
    code: 0,
    output: expect.stringContaining("--seconds N"),
  });
  expect(await runCommand("stress", "--seconds", "-1")).toMatchObject({ code: 2 });
});
