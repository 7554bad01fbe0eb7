import { describe, expect, it } from "vitest";
import { AppError } from "./index.ts";
import { type Guest, type Member, queryOf, servePresence } from "./test/presence-app.ts";

const CHANNEL = "room:1";
const WATCH = { presence: true };

describe("presence", () => {
  it("makes nobody a member who is subscribed to a pattern", async () => {
    const { guest, connect, listed } = await servePresence();
    const a = await guest();
    await a.client.ask([8, 1, CHANNEL, WATCH]);
    const other = await connect();
    expect(await other.ask([8, 1, "room:*"])).toEqual([9, 1, {}]);
    expect(await listed()).toEqual([{ connection: a.id }]);
    expect(await a.client.settled()).toEqual([]);
  });

  it("that is not kept cannot be asked for, and the error says so", async () => {
    const { connect } = await servePresence(false);
    const client = await connect();
    for (const channel of [CHANNEL, "quiet:1", "quiet:*"]) {
      const text = `It is not kept who is in "${channel}".`;
      expect(await client.ask([8, 1, channel, WATCH])).toEqual([4, 1, "BAD_REQUEST", text]);
    }
    expect(await client.ask([8, 1, "none", WATCH])).toEqual([4, 1, "NOT_FOUND", expect.any(String)]);
    expect(await client.ask([8, 1, "closed:1", WATCH])).toEqual([4, 1, "FORBIDDEN", expect.any(String)]);
    for (const presence of [false, null]) {
      expect(await client.ask([8, 1, "quiet:1", { presence }])).toEqual([9, 1, {}]);
    }
  });

  it.each([
    { input: "room:*", code: "BAD_REQUEST" },
    { input: "quiet:1", code: "BAD_REQUEST" },
    { input: "closed:1", code: "FORBIDDEN" },
    { input: "none", code: "NOT_FOUND" },
    { input: "", code: "BAD_REQUEST" },
    { input: "x".repeat(256), code: "BAD_REQUEST" },
    { input: null, code: "BAD_REQUEST" },
    { input: [CHANNEL], code: "BAD_REQUEST" },
    { input: {}, code: "BAD_REQUEST" },
    { input: { channel: CHANNEL, limit: 0 }, code: "BAD_REQUEST" },
    { input: { channel: CHANNEL, limit: 1_001 }, code: "BAD_REQUEST" },
    { input: { channel: CHANNEL, limit: 1.5 }, code: "BAD_REQUEST" },
    { input: { channel: CHANNEL, count: 1 }, code: "BAD_REQUEST" },
  ])("asked for by $input is $code", async ({ input, code }) => {
    const client = await (await servePresence()).connect();
    const answer = (await client.ask([2, 1, "$presence", input])) as unknown[];
    expect(answer.slice(0, 3)).toEqual([4, 1, code]);
  });

  it("is refused where what the application says of a member is too much, or no value; the log says why", async () => {
    const endless: unknown[] = [];
    endless.push(endless);
    const wrong = new Map<string, () => unknown>([
      ["long", () => "x".repeat(100)],
      ["promise", () => Promise.reject(new Error("late"))],
      ["endless", () => endless],
      [
        "throws",
        () => {
          throw new Error("a detail");
        },
      ],
    ]);
    const run = await servePresence({ info: (connection) => wrong.get(queryOf(connection))?.(), infoBytes: 100 });
    for (const name of wrong.keys()) {
      const client = await run.connect({ path: `/?${name}` });
      expect([name, await client.ask([8, 1, CHANNEL])]).toEqual([name, [4, 1, "INTERNAL", expect.any(String)]]);
    }
    expect(await run.listed()).toEqual([]);
    expect(run.records.filter(({ message }) => message === "a presence rule threw")).toHaveLength(wrong.size);
    const fine = await run.connect({ path: "/?fine" });
    expect(await fine.ask([8, 1, CHANNEL])).toEqual([9, 1, {}]);
  });

  it("is refused with what the application throws on purpose", async () => {
    const info = () => {
      throw new AppError("FULL", "Come back later.");
    };
    const client = await (await servePresence({ info })).connect();
    expect(await client.ask([8, 1, CHANNEL])).toEqual([4, 1, "FULL", "Come back later."]);
  });

  it("says no more of a member than who it is, where the application fails to say it again", async () => {
    const info = ({ session }: { session: { user: string | undefined } | undefined }) => {
      if (session?.user === "bad") throw new Error("a detail");
      return "fine";
    };
    const { guest, listed } = await servePresence({ info });
    const { client, id: connection } = await guest();
    await client.ask([8, 1, CHANNEL]);
    expect(await listed()).toEqual([{ connection, data: "fine" }]);
    await client.ask([2, 1, "login", "bad"]);
    expect(await listed()).toEqual([{ connection, user: "bad" }]);
  });

  it("beyond the budget is refused, never left untracked; who leaves makes room", async () => {
    const { guest, listed } = await servePresence(true, { presenceBudget: 2_000 });
    const guests: Guest[] = [];
    for (let index = 0; index < 5; index++) guests.push(await guest());
    const answers: unknown[] = [];
    for (const { client } of guests) answers.push(await client.ask([8, 1, CHANNEL]));
    const refused = [4, 1, "OVERLOADED", expect.any(String), { retryAfterMs: 1_000 }];
    expect(answers).toEqual([[9, 1, {}], [9, 1, {}], [9, 1, {}], refused, refused]);
    expect(await listed()).toHaveLength(3);
    const last = guests[4] as Guest;
    // nothing of it is left: no publication comes
    await last.client.ask([11, 2, CHANNEL, "x"]);
    expect(await last.client.settled()).toEqual([]);
    await guests[0]?.client.close();
    await expect.poll(() => last.client.ask([8, 3, CHANNEL])).toEqual([9, 3, {}]);
    expect(((await listed()) as Member[]).at(-1)).toEqual({ connection: last.id });
  });

  it("counts subscriptions that are about to begin among those of a connection", async () => {
    const { connect } = await servePresence(true, { maxChannels: 3 });
    const client = await connect();
    client.send(Array.from({ length: 6 }, (_, id) => [8, id, `room:${id}`]));
    const answers = (await client.take(6)) as [number, number, string][];
    expect(answers.filter(([kind]) => kind === 9)).toHaveLength(3);
    expect(answers.filter(([, , code]) => code === "FORBIDDEN")).toHaveLength(3);
  });

  it("and its list together are the whole picture, where many come and go meanwhile", async () => {
    const { connect, guest } = await servePresence();
    const others = await Promise.all(Array.from({ length: 20 }, () => guest()));
    let stop = false;
    const restless = others.map(async ({ client }) => {
      for (let round = 0; !stop || round % 2 === 1; round++) await client.ask([round % 2 === 0 ? 8 : 10, 1, CHANNEL]);
    });
    const watchers: { list: Member[]; changes: [string, Member][]; client: Guest["client"] }[] = [];
    for (let index = 0; index < 20; index++) {
      const client = await connect();
      client.send([
        [8, 1, CHANNEL, WATCH],
        [2, 2, "$presence", CHANNEL],
      ]);
      const changes: [string, Member][] = [];
      for (;;) {
        const [kind, , change, member] = (await client.next()) as [number, unknown, unknown, unknown];
        if (kind === 13) changes.push([change as string, member as Member]);
        if (kind !== 3) continue;
        watchers.push({ list: change as Member[], changes, client });
        break;
      }
    }
    stop = true;
    await Promise.all(restless);
    await connect().then((client) => client.ask([2, 1, "$presence", CHANNEL]));
    const ids = others.map(({ id }) => id);
    for (const { list, changes, client } of watchers) {
      const here = new Set(list.map(({ connection }) => connection));
      for (const [, , change, member] of (await client.settled()) as [number, string, string, Member][]) {
        changes.push([change, member]);
      }
      for (const [change, { connection }] of changes) {
        if (change === "join") here.add(connection);
        else here.delete(connection);
      }
      expect(ids.filter((id) => here.has(id))).toEqual([]);
    }
  });
});
