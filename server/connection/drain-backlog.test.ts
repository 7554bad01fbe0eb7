import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { defineApp } from "../index.ts";
import { serve } from "../test/test-server.ts";

/** Far more than the kernel takes at once, and nothing that deflates. */
const LARGE = randomBytes(12 * 1_048_576);

it("a large answer that is on its way when the server ends arrives whole, and 1012 after it", async () => {
  const app = defineApp({ procedures: { large: () => LARGE } });
  const run = await serve(app, { drainMs: 5_000, sendBudget: 64 * 1_048_576 });
  const client = await run.connect({ format: "msgpack" });
  client.socket.pause();
  client.send([2, 1, "large"]);
  await run.counters(); // by now the answer is under way
  const over = run.server.close();
  client.socket.resume();
  const answers = (await client.take(2)) as [number, number, Uint8Array][];
  const result = answers.find(([kind]) => kind === 3);
  expect(Buffer.compare(LARGE, Buffer.from(result?.[2] ?? []))).toBe(0);
  expect(await client.closed).toMatchObject({ code: 1012 });
  await over;
});
