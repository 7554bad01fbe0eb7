import { describe, expect, it } from "vitest";
import { type Known, resume } from "./sessions/test/resume.ts";
import { servePresence } from "./test/presence-app.ts";
import { FORMATS } from "./test/raw-client.ts";

const CHANNEL = "room:1";
const WATCH = { presence: true };

describe.each(FORMATS)("presence over %s", (format) => {
  it("tells who asked of everybody who comes and goes, and not of itself", async () => {
    const { guest, listed } = await servePresence();
    const [a, b, c] = [await guest({ format }), await guest({ format }), await guest()];
    const [one, other] = [{ connection: b.id }, { connection: c.id }];
    expect(await a.client.ask([8, 1, CHANNEL, WATCH])).toEqual([9, 1, {}]);
    expect(await b.client.ask([8, 1, CHANNEL])).toEqual([9, 1, {}]);
    expect(await a.client.next()).toEqual([13, CHANNEL, "join", one]);
    await c.client.ask([8, 1, CHANNEL]);
    expect(await a.client.next()).toEqual([13, CHANNEL, "join", other]);
    await b.client.ask([10, 2, CHANNEL]);
    expect(await a.client.next()).toEqual([13, CHANNEL, "leave", one]);
    c.client.destroy();
    expect(await a.client.next()).toEqual([13, CHANNEL, "leave", other]);
    expect(await b.client.settled()).toEqual([]);
    expect(await listed()).toEqual([{ connection: a.id }]);
  });

  it("is told once, however often it is asked for, and no more after the end of the subscription", async () => {
    const { guest, listed } = await servePresence();
    const [a, b] = [await guest({ format }), await guest({ format })];
    a.client.send([
      [8, 1, CHANNEL],
      [8, 2, CHANNEL, WATCH],
      [8, 3, CHANNEL, WATCH],
      [8, 4, CHANNEL],
    ]);
    expect(await a.client.take(4)).toEqual([1, 2, 3, 4].map((id) => [9, id, {}]));
    await b.client.ask([8, 1, CHANNEL]);
    await b.client.ask([10, 1, CHANNEL]);
    await listed();
    expect(await a.client.settled()).toEqual([
      [13, CHANNEL, "join", { connection: b.id }],
      [13, CHANNEL, "leave", { connection: b.id }],
    ]);
    await a.client.ask([10, 5, CHANNEL]);
    await b.client.ask([8, 1, CHANNEL]);
    await a.client.ask([8, 6, CHANNEL]);
    await b.client.ask([10, 1, CHANNEL]);
    await listed();
    expect(await a.client.settled()).toEqual([]);
  });

  it("lists members, with what the application says of them, and counts them", async () => {
    const run = await servePresence({ info: ({ query }) => ({ name: query, bytes: Uint8Array.of(1) }) });
    const [ada, bob] = [await run.guest({ format, path: "/?ada" }), await run.guest({ path: "/?bob" })];
    for (const { client } of [ada, bob]) await client.ask([8, 1, CHANNEL]);
    const bytes = format === "json" ? "AQ==" : Buffer.of(1);
    const members = [
      { connection: ada.id, data: { name: "ada", bytes } },
      { connection: bob.id, data: { name: "bob", bytes } },
    ];
    const asker = await run.connect({ format });
    const ask = (input: unknown) => asker.ask([2, 1, "$presence", input]);
    expect(await ask(CHANNEL)).toEqual([3, 1, members]);
    expect(await ask({ channel: CHANNEL })).toEqual([3, 1, members]);
    expect(await ask({ channel: CHANNEL, limit: 1 })).toEqual([3, 1, [members[0]]]);
    expect(await ask({ channel: CHANNEL, count: true })).toEqual([3, 1, { connections: 2, members: 2 }]);
    expect(await ask("room:empty")).toEqual([3, 1, []]);
  });

  it("of a user on two devices is one, from the first to the last", async () => {
    const { guest, listed } = await servePresence({ countBy: "user" });
    const [a, phone, laptop] = [await guest({ format }), await guest({ format }), await guest()];
    await a.client.ask([8, 1, CHANNEL, WATCH]);
    for (const { client } of [phone, laptop]) {
      await client.ask([2, 1, "login", "ada"]);
      await client.ask([8, 1, CHANNEL]);
    }
    const ada = { connection: phone.id, user: "ada" };
    expect(await a.client.next()).toEqual([13, CHANNEL, "join", ada]);
    expect(await listed({ channel: CHANNEL, count: true })).toEqual({ connections: 3, members: 2 });
    await phone.client.close();
    await listed();
    expect(await a.client.settled()).toEqual([]);
    expect(await listed()).toEqual([{ connection: a.id }, ada]);
    await laptop.client.ask([10, 1, CHANNEL]);
    expect(await a.client.next()).toEqual([13, CHANNEL, "leave", ada]);
  });

  it.each(["a session that nobody asked for", "a session of HELLO"])("follows %s to another user", async (which) => {
    const { guest, connect, listed } = await servePresence();
    const a = await guest({ format });
    await a.client.ask([8, 1, CHANNEL, WATCH]);
    const client = await connect({ format });
    if (which.endsWith("HELLO")) await client.ask([0, {}]);
    const [, , connection] = (await client.ask([2, 1, "whoami"])) as [number, number, string];
    await client.ask([8, 1, CHANNEL]);
    for (const user of ["ada", "ada", "bob", null]) await client.ask([2, 1, "login", user]);
    await listed();
    expect(await a.client.settled()).toEqual([
      [13, CHANNEL, "join", { connection }],
      [13, CHANNEL, "leave", { connection }],
      [13, CHANNEL, "join", { connection, user: "ada" }],
      [13, CHANNEL, "leave", { connection, user: "ada" }],
      [13, CHANNEL, "join", { connection, user: "bob" }],
      [13, CHANNEL, "leave", { connection, user: "bob" }],
      [13, CHANNEL, "join", { connection }],
    ]);
    client.destroy();
    expect(await a.client.next()).toEqual([13, CHANNEL, "leave", { connection }]);
  });

  it("follows a session to another connection, without SUBSCRIBE", async () => {
    const { guest, connect, listed } = await servePresence();
    const a = await guest({ format });
    await a.client.ask([8, 1, CHANNEL, WATCH]);
    const b = await connect({ format });
    const [, known] = (await b.ask([0, {}])) as [number, Known];
    await b.ask([2, 1, "login", "ada"]);
    await b.ask([8, 1, CHANNEL]);
    // whoever has said something says no HELLO any more
    const d = await connect({ format });
    expect(await resume(d, known, { [CHANNEL]: null })).toMatchObject({ resumed: true });
    await listed();
    const ada = { connection: expect.any(String), user: "ada" };
    const changes = (await a.client.settled()) as [number, string, string, unknown][];
    expect(changes).toEqual(["join", "leave", "join"].map((change) => [13, CHANNEL, change, ada]));
    const [before, left, after] = changes.map(([, , , member]) => member);
    expect(left).toEqual(before);
    expect(after).not.toEqual(before);
    expect(await listed()).toEqual([{ connection: a.id }, after]);
    // what the session is not subscribed to any more, it is not in either
    const e = await connect({ format });
    expect(await resume(e, known, {})).toMatchObject({ resumed: true });
    expect(await a.client.next()).toEqual([13, CHANNEL, "leave", after]);
    expect(await listed()).toEqual([{ connection: a.id }]);
  });

  it("ends with a subscription that was ended before it began, and all are answered", async () => {
    const { guest, listed } = await servePresence();
    const { client } = await guest({ format });
    client.send([
      [8, 1, CHANNEL, WATCH],
      [10, 2, CHANNEL],
      [8, 3, CHANNEL],
      [10, 4, CHANNEL],
      [8, 5, CHANNEL, WATCH],
    ]);
    const answers = (await client.take(5)) as [number, number][];
    expect(answers.map(([kind, id]) => `${kind} ${id}`).sort()).toEqual(["4 1", "4 3", "5 2", "5 4", "9 5"]);
    expect(await listed()).toHaveLength(1);
    await client.ask([10, 6, CHANNEL]);
    expect(await listed()).toEqual([]);
    client.send([8, 7, CHANNEL]);
    client.destroy();
    await expect.poll(() => listed()).toEqual([]);
  });
});
