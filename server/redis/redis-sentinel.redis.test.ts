import { expect, it, onTestFinished } from "vitest";
import { startRedisSentinel } from "../links/test/redis-sentinel-servers.ts";
import { eventually } from "../test/patience.ts";
import type { Script } from "./shared-redis.ts";
import { startHost, testPrefix } from "./test/hosts.ts";

const SCRIPT: Script = {
  name: "test",
  source: `
function F.add(a) return redis.call('INCRBY', K .. 'n', a[1]) end
function F.say(a) publish('c:x', a[1]) end
`,
};

it("what Sentinels know is asked wherever it is: also when another one has taken its place", async () => {
  const servers = await startRedisSentinel();
  onTestFinished(() => servers.end());
  const { redis } = await startHost(servers.url, testPrefix());
  const add = (): Promise<unknown> =>
    new Promise((resolve) => redis.run(SCRIPT, "p", "add", ["1"], (error, sum) => resolve(error?.code ?? sum)));
  const heard: string[] = [];
  redis.subscribe(
    "c:x",
    (data) => void heard.push(data.toString()),
    () => undefined,
  );
  expect(await add()).toBe(1);
  // the replica has it
  await eventually(async () => expect(await servers.replica.ask("DBSIZE")).toBeGreaterThanOrEqual(2));
  await servers.master.kill();
  await eventually(async () => expect(await add()).toBe(2));
  redis.run(SCRIPT, "p", "say", ["hi"]);
  await eventually(() => expect(heard).toEqual(["hi"]));
});
