import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";

const COMMAND = fileURLToPath(new URL("../tools/fuzz.mjs", import.meta.url));
/** How long a run lasts, in seconds, and what it may take with all that comes before and after, in milliseconds. */
const SECONDS = 12;
const LIMIT_MS = 240_000;

/** Runs `npm run fuzz`. @returns what it wrote, and how it ended */
async function fuzz(...args: string[]) {
  const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const exited = new Promise((resolve) => {
    child.once("close", resolve);
  });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { output: output + errors, code: await exited };
}

it("whatever attackers do, others hardly notice, no process dies, and nothing is left", {
  timeout: LIMIT_MS,
}, async () => {
  const seed = process.env.FUZZ_SEED ?? randomBytes(4).toString("hex");
  const { output, code } = await fuzz("--seed", seed, "--seconds", `${SECONDS}`);
  expect(output).toMatch(`seed ${seed}`);
  expect(code, output).toBe(0);
  // it was not for want of anything that happened
  for (const what of ["altered messages", "attacks: small bombs", "messages in storms", "guesses"]) {
    expect(output).toMatch(new RegExp(`[1-9]\\d*  ${what}`));
  }
});

it("says what it takes, and refuses what makes no sense", async () => {
  expect(await fuzz("--help")).toMatchObject({ code: 0, output: expect.stringContaining("--seconds N") });
  expect(await fuzz("--seconds", "0")).toMatchObject({ code: 2 });
});
