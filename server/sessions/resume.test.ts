import { describe, expect, it } from "vitest";
import { type CallContext, defineApp } from "../index.ts";
import { FORMATS } from "../test/raw-client.ts";
import { serve } from "../test/test-server.ts";
import { hello, resume } from "./test/resume.ts";

const app = defineApp({
  procedures: {
    login: (user: string, { session }: CallContext) => session.setUser(user),
    tag: (tags: Record<string, string>, { session }: CallContext) => session.setTags(tags),
    whoami: (_: unknown, { session }: CallContext) => ({ id: session.id, user: session.user, tags: session.tags }),
    append: (text: string, { session }: CallContext) => session.setTags({ text: (session.tags.text ?? "") + text }),
  },
  channels: { "news:*": {}, "*": {}, "closed:*": { subscribe: false } },
});

describe.each(FORMATS)("a session over %s", (format) => {
  it("goes on with another connection: its id, its user, its tags and its subscriptions", async () => {
    const { connect } = await serve(app);
    const first = await connect({ format });
    const known = await hello(first);
    expect(known).toMatchObject({ resumed: false, session: expect.stringMatching(/^[\w-]{22}$/) });
    expect(known.secret).toMatch(/^[\w-]{32}$/);
    expect(known).not.toHaveProperty("user");
    first.send([
      [2, 1, "login", "ada"],
      [2, 2, "tag", { room: "5" }],
      [8, 3, "news:today"],
      [8, 4, "chat*"],
      [8, 5, "gone"],
      [10, 6, "gone"],
    ]);
    await first.take(6);
    first.destroy();
    const second = await connect({ format });
    const again = await resume(second, known);
    expect(again).toEqual({ ...known, resumed: true, user: "ada" });
    expect(await second.ask([2, 1, "whoami"])).toEqual([3, 1, { id: known.session, user: "ada", tags: { room: "5" } }]);
    const publisher = await connect({ format });
    publisher.send(["news:today", "chat:1", "gone"].map((channel, id) => [11, id, channel, "hi"]));
    await publisher.take(3);
    expect(await second.settled()).toEqual([
      [12, "news:today", "hi"],
      [12, "chat:1", "hi", { pattern: "chat*" }],
    ]);
  });

  it("goes on as often as its client comes back, with the secret it has from the beginning", async () => {
    const { connect } = await serve(app);
    const known = await hello(await connect({ format }));
    for (const letter of ["a", "b", "c"]) {
      const client = await connect({ format });
      expect(await resume(client, known)).toMatchObject({ ...known, resumed: true });
      await client.ask([2, 1, "append", letter]);
      expect(await client.ask([2, 2, "whoami"])).toMatchObject([
        3,
        2,
        { tags: { text: letter === "a" ? "a" : letter === "b" ? "ab" : "abc" } },
      ]);
    }
  });

  it("does what follows HELLO at once when it is known whose it is, in order", async () => {
    const { connect } = await serve(app);
    const first = await connect({ format });
    const known = await hello(first);
    await first.ask([2, 1, "login", "ada"]);
    first.destroy();
    const client = await connect({ format });
    // the rest of the first frame, and frames of their own
    client.send([
      [0, { resume: known }],
      [2, 1, "append", "a"],
      [2, 2, "append", "b"],
    ]);
    client.send([2, 3, "append", "c"]);
    client.send([
      [2, 4, "append", "d"],
      [14, "e"],
    ]);
    client.send([2, 5, "whoami"]);
    expect(await client.take(7)).toEqual([
      [1, expect.objectContaining({ resumed: true, user: "ada" })],
      [3, 1],
      [3, 2],
      [3, 3],
      [3, 4],
      [15, "e"],
      [3, 5, { id: known.session, user: "ada", tags: { text: "abcd" } }],
    ]);
  });

  it("has the channels that its client names, and no others, from then on", async () => {
    const { connect } = await serve(app);
    const first = await connect({ format });
    const known = await hello(first);
    first.send([
      [8, 1, "a"],
      [8, 2, "b"],
    ]);
    await first.take(2);
    const second = await connect({ format });
    await resume(second, known, { b: null, c: { epoch: "e", offset: 7 }, "d*": null, "closed:door": null });
    const publisher = await connect({ format });
    const publish = async () => {
      publisher.send(["a", "b", "c", "d1", "closed:door"].map((channel, id) => [11, id, channel, 1]));
      await publisher.take(5);
    };
    await publish();
    const heard = [
      [12, "b", 1],
      [12, "c", 1],
      [12, "d1", 1, { pattern: "d*" }],
    ];
    expect(await second.settled()).toEqual(heard);
    second.destroy();
    const third = await connect({ format });
    await resume(third, known);
    await publish();
    expect((await third.settled()).sort()).toEqual(heard);
    // and none at all is a choice as well
    const fourth = await connect({ format });
    await resume(fourth, known, {});
    await publish();
    expect(await fourth.settled()).toEqual([]);
  });

  it("leaves the connection that still holds it, which is closed for good", async () => {
    const { connect } = await serve(app);
    const zombie = await connect({ format });
    const known = await hello(zombie);
    await zombie.ask([8, 1, "a"]);
    const client = await connect({ format });
    expect(await resume(client, known)).toMatchObject({ resumed: true });
    expect(await zombie.closed).toMatchObject({ code: 1000 });
    await client.ask([11, 1, "a", "still"]);
    // its end takes nothing away from its successor
    await client.settled();
    client.destroy();
    expect(await resume(await connect({ format }), known)).toMatchObject({ resumed: true });
  });

  it("stays with a client's latest connection where the client numbers them: a HELLO that comes late may come again", async () => {
    const { connect } = await serve(app);
    const known = await hello(await connect({ format }));
    const come = async (turn: unknown) => {
      const client = await connect({ format });
      client.send([0, { resume: { session: known.session, secret: known.secret, turn } }]);
      return client;
    };
    const living = await come(2);
    expect(await living.next()).toMatchObject([1, { resumed: true }]);
    for (const turn of [0, 1, 2]) {
      const late = await come(turn);
      // and hears nothing before
      await expect(late.next()).rejects.toThrow("Closed with 1013, and nothing more came.");
    }
    expect(await living.ask([2, 1, "whoami"])).toMatchObject([3, 1, { id: known.session }]);
    for (const turn of [-1, 1.5, "3", 2 ** 60]) {
      expect(await (await come(turn)).next()).toMatchObject({ 0: 4, 1: null, 2: "BAD_REQUEST" });
    }
    expect(await (await come(3)).next()).toMatchObject([1, { resumed: true }]);
    expect(await living.closed).toMatchObject({ code: 1000 });
    // whoever does not number them comes as ever
    expect(await (await come(null)).next()).toMatchObject([1, { resumed: true }]);
  });

  it.each([
    ["a wrong secret", { secret: "wrong" }],
    ["no longer the same secret", { secret: "".padEnd(32, "A") }],
    ["an id that nobody has", { session: "unknown" }],
    ["an id of Object's", { session: "__proto__" }],
    ["text that no bus carries unharmed", { session: "\ud800", secret: "\udfff" }],
    ["very long text", { session: "ü".repeat(255), secret: "語".repeat(255) }],
  ])("is a new one for who comes with %s", async (_, wrong) => {
    const { connect } = await serve(app);
    const first = await connect({ format });
    const known = await hello(first);
    await first.ask([2, 1, "login", "ada"]);
    const stranger = await connect({ format });
    const welcome = await hello(stranger, { resume: { ...known, ...wrong } });
    expect(welcome.resumed).toBe(false);
    expect(welcome).not.toHaveProperty("user");
    expect(welcome.session).not.toBe(known.session);
    expect(welcome.secret).not.toBe(known.secret);
    // whose it is has not been disturbed
    expect(await first.ask([2, 2, "whoami"])).toMatchObject([3, 2, { id: known.session, user: "ada" }]);
    // and the new one can be gone on with
    expect(await resume(await connect({ format }), welcome)).toMatchObject({ resumed: true });
  });
});

describe("a session", () => {
  it("that nobody came back to in time is over", async () => {
    const { connect } = await serve(app, { sessionWindowMs: 0 });
    const first = await connect();
    const known = await hello(first);
    await first.close();
    const welcome = await resume(await connect(), known);
    expect(welcome.resumed).toBe(false);
  });

  it("of a connection that never said HELLO is there for procedures, and ends with it", async () => {
    const { connect } = await serve(app);
    const client = await connect();
    await client.ask([2, 1, "login", "ada"]);
    const [, , me] = (await client.ask([2, 2, "whoami"])) as [number, number, { id: string }];
    expect(me).toMatchObject({ user: "ada" });
    for (const secret of ["undefined", "null", "x"]) {
      expect(await resume(await connect(), { session: me.id, secret })).toMatchObject({ resumed: false });
    }
  });

  it("is not begun by HELLO that comes late, or twice", async () => {
    const { connect } = await serve(app);
    const client = await connect();
    const known = await hello(client);
    expect(await client.ask([0, { resume: known }])).toMatchObject([4, null, "BAD_REQUEST", expect.any(String)]);
    const late = await connect();
    await late.ask([14]);
    expect(await late.ask([0, { resume: known }])).toMatchObject([4, null, "BAD_REQUEST", expect.any(String)]);
    expect(await client.ask([14])).toEqual([15]);
  });

  it("takes no user and no tags beyond the limits", async () => {
    const { connect } = await serve(app);
    const client = await connect();
    await hello(client);
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, count) => [`tag${count}`, ""]));
    for (const [procedure, input] of [
      ["login", ""],
      ["login", "x".repeat(256)],
      ["tag", { "": "x" }],
      ["tag", { x: "x".repeat(256) }],
      ["tag", many],
      ["tag", JSON.parse('{"__proto__":"x"}')],
    ]) {
      expect(await client.ask([2, 1, procedure, input])).toMatchObject([4, 1, "INTERNAL", expect.any(String)]);
    }
    expect(await client.ask([2, 1, "whoami"])).toMatchObject([3, 1, { tags: {} }]);
  });
});
