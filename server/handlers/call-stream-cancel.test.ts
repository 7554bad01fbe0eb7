import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { defineApp } from "../index.ts";
import { serve, until } from "../test/test-server.ts";

const NOISE = randomBytes(65_536);

it("a stream that waits for a slow reader hears at once that it was cancelled", async () => {
  let produced = 0;
  let ended = false;
  const app = defineApp({
    procedures: {
      *flood() {
        try {
          for (; ; produced++) yield NOISE;
        } finally {
          ended = true;
        }
      },
    },
  });
  const run = await serve(app, { sendBudget: 16 * 1_048_576 });
  const client = await run.connect({ format: "msgpack" });
  client.socket.pause();
  client.send([2, 1, "flood"]);
  let before = -1;
  await until(async () => {
    if (produced > 0 && produced === before) return true;
    before = produced;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return false;
  });
  client.send([7, 1]);
  await until(() => ended);
  expect(produced).toBe(before);
  client.destroy();
});
