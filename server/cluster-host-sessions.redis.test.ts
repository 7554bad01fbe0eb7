import { expect, it } from "vitest";
import { hello, resume } from "./sessions/test/resume.ts";
import { eventually } from "./test/patience.ts";
import type { RawMessage } from "./test/raw-client.ts";
import { startTwoHosts } from "./test/two-hosts.ts";

const APP = `
  let count = 0;
  const gates = [];
  export const app = defineApp({
    channels: { "*": {} },
    procedures: {
      login: (user, { session }) => {
        session.setUser(user);
        session.setTags({ room: "a" });
      },
      who: (_, { session }) => [session.user, session.tags.room],
      count: () => ++count,
      wait: () => new Promise((resolve) => void gates.push(resolve)),
      waiting: () => gates.length,
      open: (answer) => void gates.splice(0).forEach((gate) => gate(answer)),
      tell: (text, context) => context.toUser("ada").publish(text),
    },
  });`;

const keyed = (id: number, procedure: string, key: string): RawMessage => [2, id, procedure, null, { key }];

it("a session goes on at another server, with what was done with its keys, also where its own is killed", async () => {
  // what waits has to be in the process of who lets it go
  const { one, two } = await startTwoHosts({ app: APP, env: { WORKERS: "1" } });
  const a = await one.connect();
  const known = await hello(a);
  expect(await a.ask([2, 1, "login", "ada"])).toEqual([3, 1]);
  expect(await a.ask([8, 2, "news"])).toEqual([9, 2, {}]);
  expect(await a.ask(keyed(3, "count", "paid"))).toEqual([3, 3, 1]);
  a.send(keyed(4, "wait", "long"));
  await eventually(async () => expect(await a.ask([2, 5, "waiting"])).toEqual([3, 5, 1]));

  const b = await two.connect();
  expect(await resume(b, known)).toMatchObject({ session: known.session, resumed: true, user: "ada" });
  expect((await a.closed).code).toBe(1000);
  expect(await b.ask([2, 1, "who"])).toEqual([3, 1, ["ada", "a"]]);
  expect(await b.ask(keyed(2, "count", "paid"))).toEqual([3, 2, 1]);
  expect(await b.ask([2, 3, "count"])).toEqual([3, 3, 1]); // it has not run here before
  const publisher = await one.connect();
  expect(await publisher.ask([11, 1, "news", "hi"])).toEqual([5, 1]);
  expect(await b.next()).toEqual([12, "news", "hi"]);

  // it runs at the first one still, and is waited for
  b.send(keyed(4, "wait", "long"));
  expect(await b.ask([2, 5, "waiting"])).toEqual([3, 5, 0]);
  expect(await publisher.ask([2, 2, "open", "at last"])).toEqual([3, 2]);
  expect(await b.next()).toEqual([3, 4, "at last"]);

  two.kill("SIGKILL");
  await b.closed;
  const c = await one.connect();
  expect(await resume(c, known)).toMatchObject({ session: known.session, resumed: true, user: "ada" });
  expect(await c.ask(keyed(1, "count", "paid"))).toEqual([3, 1, 1]);
});

it("a user is told, counted and revoked at all servers", async () => {
  const { one, two } = await startTwoHosts({ app: APP });
  const clients = await Promise.all([one.connect(), two.connect(), two.connect()]);
  for (const client of clients) {
    await hello(client);
    expect(await client.ask([2, 1, "login", "ada"])).toEqual([3, 1]);
  }
  const teller = await one.connect();
  expect(await teller.ask([2, 1, "tell", "hello"])).toEqual([3, 1, 3]);
  for (const client of clients) expect(await client.next()).toEqual([12, "$direct", "hello"]);
  expect(await (await one.post("/revoke?user=ada")).json()).toEqual({ ended: 3 });
  for (const client of clients) expect((await client.closed).code).toBe(4401);
});

it("while Redis is gone, calls with a key are refused, and clients of another server are asked to try again", async () => {
  const { redis, one, two } = await startTwoHosts({ app: APP, env: { WORKERS: "1" } });
  const a = await one.connect();
  const known = await hello(a);
  expect(await a.ask(keyed(1, "count", "before"))).toEqual([3, 1, 1]);
  await redis.kill();
  await eventually(async () => {
    expect(await a.ask(keyed(2, "count", "meanwhile"))).toMatchObject({ 0: 4, 1: 2, 2: "UNAVAILABLE" });
  });
  expect(await a.ask([2, 3, "count"])).toEqual([3, 3, 2]);
  const b = await two.connect();
  b.send([0, { resume: { session: known.session, secret: known.secret } }]);
  expect((await b.closed).code).toBe(1013);
  const c = await one.connect();
  expect(await resume(c, known)).toMatchObject({ session: known.session, resumed: true });
  await redis.start();
  const answer = await eventually(async () => {
    const told = (await c.ask(keyed(4, "count", "meanwhile"))) as [number];
    if (told[0] !== 3) throw new Error(JSON.stringify(told));
    return told;
  });
  expect(answer).toEqual([3, 4, 3]);
  expect(await c.ask(keyed(5, "count", "before"))).toEqual([3, 5, 1]);
});
