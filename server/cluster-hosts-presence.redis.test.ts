import { expect, it } from "vitest";
import { eventually } from "./test/patience.ts";
import type { RawClient, RawMessage } from "./test/raw-client.ts";
import { startTwoHosts } from "./test/two-hosts.ts";

const APP = `
  export const app = defineApp({
    procedures: {
      whoami: (_, { connection }) => connection.id,
      few: { rateLimit: { limit: 3, perMs: 60_000, by: "ip" }, handler: () => "done" },
    },
    channels: { "room:*": { presence: true } },
  });`;
const CHANNEL = "room:1";

async function idOf(client: RawClient): Promise<string> {
  const [, , id] = (await client.ask([2, 9, "whoami"])) as [number, number, string];
  return id;
}

/** Of an answer the code of its error. */
function codeOf(answer: unknown): unknown {
  return (answer as RawMessage)[2];
}

it("who is in a channel is known at both servers, and leaves with the server it is at", async () => {
  const { redis, one, two } = await startTwoHosts({ app: APP });
  const [watcher, other] = await Promise.all([one.connect(), two.connect({ format: "msgpack" })]);
  const [own, id] = [await idOf(watcher), await idOf(other)];
  await watcher.ask([8, 1, CHANNEL, { presence: true }]);
  await other.ask([8, 1, CHANNEL]);
  expect(await watcher.next()).toEqual([13, CHANNEL, "join", { connection: id }]);
  expect(await other.ask([2, 2, "$presence", CHANNEL])).toEqual([3, 2, [{ connection: own }, { connection: id }]]);
  two.kill("SIGKILL");
  expect(await watcher.next()).toEqual([13, CHANNEL, "leave", { connection: id }]);
  expect(await watcher.ask([2, 3, "$presence", { channel: CHANNEL, count: true }])).toEqual([
    3,
    3,
    { connections: 1, members: 1 },
  ]);

  await redis.kill();
  const late = await one.connect();
  await eventually(async () => expect(codeOf(await late.ask([8, 1, CHANNEL]))).toBe("UNAVAILABLE"));
  expect(codeOf(await late.ask([2, 2, "$presence", CHANNEL]))).toBe("UNAVAILABLE");
  await redis.start();
  await eventually(async () => expect(await late.ask([8, 3, CHANNEL])).toEqual([9, 3, {}]));
  expect(await watcher.next()).toEqual([13, CHANNEL, "join", { connection: await idOf(late) }]);
});

it("an address may do at both servers together what it may do at one", async () => {
  const { one, two } = await startTwoHosts({ app: APP, env: { CONNECTIONS_PER_IP: "3", EXEMPT_IPS: "none" } });
  const [a, b] = await Promise.all([one.connect(), two.connect()]);
  for (const client of [a, b, a]) expect(await client.ask([2, 1, "few"])).toEqual([3, 1, "done"]);
  for (const client of [a, b]) expect(codeOf(await client.ask([2, 2, "few"]))).toBe("RATE_LIMITED");
  // which of these two is one too many Redis decides: they come to it from different servers
  const [third, fourth] = [await one.connect(), await two.connect()];
  expect((await Promise.race([third.closed, fourth.closed])).code).toBe(4429);
});
