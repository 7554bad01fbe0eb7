import { expect, it } from "vitest";
import { Seeker, secret } from "./peers/test/seeker.ts";
import { eventually } from "./test/patience.ts";
import { shareTwoHosts, startTwoHosts } from "./test/two-hosts.ts";

const APP = "export const app = defineApp({ peers: {} });";
const sharedHosts = shareTwoHosts({ app: APP });

it("peers of two servers find each other, say things in their order, and part", async () => {
  const { one, two } = await sharedHosts();
  const [a, b] = [await Seeker.seek(one), await Seeker.seek(two)];
  expect(await a.next("paired")).toMatchObject({ peer: b.id });
  expect(await b.next("paired")).toMatchObject({ peer: a.id });
  for (let count = 0; count < 50; count++) {
    a.client.send([2, 100 + count, "$peers.signal", { from: a.id, to: b.id, data: count }]);
  }
  for (let count = 0; count < 50; count++) expect(await b.next("signal")).toMatchObject({ data: count, peer: a.id });
  expect((await b.signal(a.id, "and back"))[0]).toBe(3);
  a.client.destroy();
  expect(await b.next("left")).toMatchObject({ peer: a.id });
});

it("make one room, whichever server they have come to", async () => {
  const { one, two } = await sharedHosts();
  const members = [];
  for (const server of [one, two, one, two]) members.push(await Seeker.seek(server, { room: "table" }));
  for (const member of members) {
    const others = new Set<string>();
    for (let count = 0; count < 3; count++) others.add((await member.next("paired")).peer);
    expect(others).toEqual(new Set(members.filter((other) => other !== member).map(({ id }) => id)));
  }
});

it.each(["one", "two"] as const)(
  "peers left by server %s, that was killed, are told, and find others",
  async (victim) => {
    const { one, two, start } = await startTwoHosts({ app: APP });
    const [killed, left] = victim === "one" ? [one, two] : [two, one];
    const [a, b] = [await Seeker.seek(killed), await Seeker.seek(left, { secret: secret("b") })];
    await Promise.all([a.next("paired"), b.next("paired")]);
    killed.kill("SIGKILL");
    // either it is told that the other one is gone, or that nobody knows who is paired, and seeks anew
    const seeking = await eventually(async () => {
      const message = (await b.client.next()) as [number, number, unknown];
      if (message[0] === 4) return new Seeker(await left.connect());
      if (message[0] === 6 && JSON.stringify(message[2]).includes('"left"')) return b;
      throw new Error(JSON.stringify(message));
    });
    if (seeking !== b) await seeking.begin({ secret: secret("b") });
    else await b.client.ask([2, 90, "$peers.part", { from: b.id, to: a.id, again: true }]);
    const third = await start("three");
    const c = await Seeker.seek(third);
    expect((await c.next("paired")).peer).toBe(b.id);
  },
);
