import { describe, expect, it, vi } from "vitest";
import { type Credentials, defineApp, type Identity } from "../index.ts";
import { hello } from "../sessions/test/resume.ts";
import { serve } from "../test/test-server.ts";
import { app, authenticate, procedures } from "./test/token-app.ts";

describe("a token in HELLO", () => {
  it("says whose session it is, and what follows waits until that is known", async () => {
    const slow = async (credentials: Credentials) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return authenticate(credentials);
    };
    const { connect } = await serve(defineApp({ procedures, authenticate: slow }));
    const client = await connect();
    client.send([
      [0, { token: "ada" }],
      [2, 1, "whoami"],
    ]);
    client.send([2, 2, "whoami"]);
    expect(await client.take(3)).toEqual([
      [1, expect.objectContaining({ user: "ada", resumed: false })],
      [3, 1, { user: "ada", proven: true, tags: {} }],
      [3, 2, { user: "ada", proven: true, tags: {} }],
    ]);
  });

  it("that proves nothing is answered by an error, and closed with 4401; nothing that follows is done", async () => {
    const { connect } = await serve(app);
    const client = await connect();
    client.send([
      [0, { token: "wrong" }],
      [2, 1, "whoami"],
    ]);
    expect(await client.next()).toEqual([4, null, "UNAUTHENTICATED", expect.any(String)]);
    expect(await client.closed).toMatchObject({ code: 4401 });
    await expect(client.next()).rejects.toThrow("nothing more came");
  });

  it("of who is not to come in closes with 4403", async () => {
    const { connect } = await serve(app);
    const client = await connect();
    expect(await client.ask([0, { token: "banned" }])).toEqual([4, null, "FORBIDDEN", "Not you."]);
    expect(await client.closed).toMatchObject({ code: 4403 });
  });

  it("that the application fails on is no fault of its own: the client may come again, and hears nothing of why", async () => {
    const { connect, records } = await serve(app);
    const client = await connect();
    const answer = await client.ask([0, { token: "broken" }]);
    expect(answer).toEqual([4, null, "INTERNAL", expect.any(String)]);
    expect(JSON.stringify(answer)).not.toContain("secret of");
    expect(await client.closed).toMatchObject({ code: 1013 });
    expect(records.some(({ message }) => message === "a client could not be authenticated")).toBe(true);
  });

  it("that is thought about for too long closes with 1013", async () => {
    const never = () => new Promise<never>(() => undefined);
    const { connect } = await serve(defineApp({ procedures, authenticate: never }), { authTimeoutMs: 50 });
    const client = await connect();
    expect(await client.ask([0, { token: "ada" }])).toEqual([4, null, "TIMEOUT", expect.any(String)]);
    expect(await client.closed).toMatchObject({ code: 1013 });
  });

  it("of more than 16,384 characters is refused before anybody looks at it", async () => {
    const look = vi.fn(authenticate);
    const { connect } = await serve(defineApp({ procedures, authenticate: look }));
    const client = await connect();
    expect(await client.ask([0, { token: "x".repeat(16_385) }])).toEqual([4, null, "BAD_REQUEST", expect.any(String)]);
    expect(await client.ask([17, 1, "x".repeat(16_385)])).toEqual([4, 1, "BAD_REQUEST", expect.any(String)]);
    expect(look).not.toHaveBeenCalled();
  });

  it("means nothing where nobody is asked who he is", async () => {
    const { connect } = await serve(defineApp({ procedures }));
    const client = await connect();
    expect(await hello(client, { token: "ada" })).not.toHaveProperty("user");
    expect(await client.ask([17, 1, "ada"])).toEqual([4, 1, "NOT_FOUND", expect.any(String)]);
  });

  it("may bring tags; a user's name that is none is the application's mistake", async () => {
    const given: unknown[] = [
      { user: "ada", tags: { role: "admin" } },
      "bob",
      { user: "" },
      { user: "x".repeat(256) },
      5,
    ];
    const { connect } = await serve(
      defineApp({ procedures, authenticate: ({ token }) => given[Number(token)] as Identity | undefined }),
    );
    const first = await connect();
    expect(await hello(first, { token: "0" })).toMatchObject({ user: "ada" });
    expect(await first.ask([2, 1, "whoami"])).toEqual([3, 1, { user: "ada", proven: true, tags: { role: "admin" } }]);
    expect(await hello(await connect(), { token: "1" })).toMatchObject({ user: "bob" });
    for (const token of ["2", "3", "4"]) {
      expect(await (await connect()).ask([0, { token }])).toEqual([4, null, "INTERNAL", expect.any(String)]);
    }
  });
});

describe("a request for a WebSocket", () => {
  it("says who asks by an authorization header, and no HELLO is needed", async () => {
    const { connect } = await serve(app);
    const client = await connect({ headers: { authorization: "Bearer ada" } });
    expect(await client.ask([2, 1, "whoami"])).toEqual([3, 1, { user: "ada", proven: true, tags: {} }]);
    const second = await connect({ headers: { authorization: "bearer  ada " } });
    expect(await hello(second)).toMatchObject({ user: "ada" });
    expect(await second.ask([2, 1, "whoami"])).toMatchObject([3, 1, { user: "ada" }]);
  });

  it("closes with 4401, 4403 or 1013 where its authorization header proves nothing; what follows is not done", async () => {
    const { connect } = await serve(app);
    for (const [token, error, code] of [
      ["wrong", "UNAUTHENTICATED", 4401],
      ["banned", "FORBIDDEN", 4403],
      ["broken", "INTERNAL", 1013],
    ] as const) {
      const client = await connect({ headers: { authorization: `Bearer ${token}` } });
      client.send([2, 1, "whoami"]);
      expect(await client.next()).toEqual([4, null, error, expect.any(String)]);
      expect(await client.closed).toMatchObject({ code });
    }
  });

  it("is looked into while what follows waits, in its order", async () => {
    const slow = async (credentials: Credentials) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return authenticate(credentials);
    };
    const { connect } = await serve(defineApp({ procedures, authenticate: slow }));
    const client = await connect({ headers: { authorization: "Bearer ada" } });
    client.send([0, {}]);
    client.send([2, 1, "whoami"]);
    expect(await client.take(2)).toMatchObject([
      [1, { user: "ada" }],
      [3, 1, { user: "ada" }],
    ]);
  });

  it("says it by the cookie that is configured; an old one leaves time to say it otherwise", async () => {
    const { connect } = await serve(app, { authCookie: "session" });
    const client = await connect({ headers: { cookie: 'theme=dark; session="ada"; other=session=bob' } });
    expect(await client.ask([2, 1, "whoami"])).toMatchObject([3, 1, { user: "ada" }]);
    const stale = await connect({ headers: { cookie: "session=wrong" } });
    expect(await hello(stale, { token: "ada" })).toMatchObject({ user: "ada" });
    const none = await connect({ headers: { cookie: "theme=session" } });
    expect(await none.ask([2, 1, "whoami"])).toMatchObject([3, 1, { proven: false }]);
  });

  it("is shown to the application, with a later token as well", async () => {
    const seen: Credentials[] = [];
    const look = (credentials: Credentials) => {
      seen.push(credentials);
      return authenticate(credentials);
    };
    const { connect } = await serve(defineApp({ procedures, authenticate: look }));
    const client = await connect({ path: "/some/path?a=1&b=two", headers: { "x-device": "phone" } });
    await hello(client, { token: "ada" });
    expect(await client.ask([17, 5, "ada"])).toEqual([5, 5]);
    expect(seen).toHaveLength(2);
    for (const { token, claims, headers, query, ip, path } of seen) {
      expect([token, claims, headers.get("x-device"), query.get("b"), ip, path]).toEqual([
        ...["ada", undefined, "phone", "two", "127.0.0.1", "/some/path"],
      ]);
    }
  });
});

describe("AUTH", () => {
  it("makes a connection that is nobody's somebody's, HELLO or not", async () => {
    const { connect } = await serve(app);
    const client = await connect();
    expect(await client.ask([17, 1, "ada"])).toEqual([5, 1]);
    expect(await client.ask([2, 1, "whoami"])).toMatchObject([3, 1, { user: "ada", proven: true }]);
  });

  it("with a bad token is answered by an error, and changes nothing", async () => {
    const { connect } = await serve(app);
    const client = await connect();
    await hello(client, { token: "ada" });
    expect(await client.ask([17, 1, "wrong"])).toEqual([4, 1, "UNAUTHENTICATED", expect.any(String)]);
    expect(await client.ask([17, 2, "bob"])).toEqual([4, 2, "FORBIDDEN", expect.any(String)]);
    expect(await client.ask([2, 1, "whoami"])).toMatchObject([3, 1, { user: "ada" }]);
  });

  it("is done one at a time", async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { connect } = await serve(defineApp({ authenticate: () => gate.then(() => "ada") }));
    const client = await connect();
    client.send([17, 1, "x"]);
    expect(await client.ask([17, 2, "x"])).toMatchObject([
      4,
      2,
      "OVERLOADED",
      expect.anything(),
      { retryAfterMs: 1_000 },
    ]);
    release();
    expect(await client.next()).toEqual([5, 1]);
  });
});
