import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { runCommand } from "../stress/test/run-command.ts";

/** How long a run lasts, in seconds, and what it may take with all that comes before and after, in milliseconds. */
const SECONDS = 12;
const LIMIT_MS = 240_000;

it("whatever attackers do, others hardly notice, no process dies, and nothing is left", {
  timeout: LIMIT_MS,
}, async () => {
  const seed = process.env.FUZZ_SEED ?? randomBytes(4).toString("hex");
  const { output, code } = await runCommand("fuzz", "--seed", seed, "--seconds", `${SECONDS}`);
  expect(output).toMatch(`seed ${seed}`);
  expect(code, output).toBe(0);
  // it was not for want of anything that happened
  for (const what of ["altered messages", "attacks: small bombs", "messages in storms", "guesses"]) {
    expect(output).toMatch(new RegExp(`[1-9]\\d*  ${what}`));
  }
});

it("says what it takes, and refuses what makes no sense", async () => {
  expect(await runCommand("fuzz", "--help")).toMatchObject({ code: 0, output: expect.stringContaining("--seconds N") });
  expect(await runCommand("fuzz", "--seconds", "0")).toMatchObject({ code: 2 });
});
