import { expect, it, onTestFinished } from "vitest";
import { connect } from "../client/node.ts";
import { defineApp } from "./app.ts";
import { serve } from "./test/test-server.ts";

it("the project's client waits as long as the server says, and each of its calls runs once", async () => {
  const runs: number[] = [];
  const rateLimit = { limit: 2, perMs: 100 };
  const app = defineApp({
    procedures: { count: { rateLimit, handler: (id: number) => void runs.push(id) } },
  });
  const { port, counters } = await serve(app);
  const client = connect(`ws://127.0.0.1:${port}`, { attempts: 50 });
  onTestFinished(() => client.close());
  const all = Array.from({ length: 12 }, (_, id) => id);
  await Promise.all(all.map((id) => client.call("count", id)));
  expect(runs.sort((a, b) => a - b)).toEqual(all);
  expect((await counters()).rateLimited).toBeGreaterThan(0);
});

it("a client that is told nothing of waiting tells its caller", async () => {
  const app = defineApp({
    procedures: { once: { rateLimit: { limit: 1, perMs: 60_000, by: "ip" }, handler: () => "done" } },
    channels: { once: { rateLimit: { limit: 1, perMs: 60_000 } } },
  });
  const { port } = await serve(app);
  const client = connect(`ws://127.0.0.1:${port}`, { attempts: 1 });
  onTestFinished(() => client.close());
  expect(await client.call("once")).toBe("done");
  const refused = { code: "RATE_LIMITED", details: { retryAfterMs: expect.any(Number) } };
  await expect(client.call("once")).rejects.toMatchObject(refused);
  await client.publish("once", 1);
  await expect(client.publish("once", 2)).rejects.toMatchObject(refused);
});
