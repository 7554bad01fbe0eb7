import { expect, it } from "vitest";
import { runCommand } from "../test/run-command.ts";

/** How long a run lasts at least, in seconds, and what it may take with all that comes before and after, in milliseconds. */
const SECONDS = 5;
const LIMIT_MS = 300_000;

it("whatever is killed, acknowledged calls are answered once, and no publication is lost", {
  timeout: LIMIT_MS,
}, async () => {
  const { output, code } = await runCommand("chaos", "--seed", "always the same", "--seconds", `${SECONDS}`);
  expect(code, output).toBe(0);
  // everything was, and there was something to lose
  for (const what of [
    ...["harmed: hosts", "harmed: socket workers", "harmed: remote workers", "harmed: Redis", "harmed: RabbitMQ"],
    ...["calls answered: slow, RESULT", "calls answered: fail, INTERNAL", "publications acknowledged"],
  ]) {
    expect(output).toMatch(new RegExp(`[1-9]\\d*  ${what}`));
  }
});

it("says what it takes, and refuses what makes no sense", async () => {
  expect(await runCommand("chaos", "--help")).toMatchObject({
    code: 0,
    output: expect.stringContaining("--queue TEXT"),
  });
  expect(await runCommand("chaos", "--queue", "mail")).toMatchObject({ code: 2 });
});
