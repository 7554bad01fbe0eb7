import { describe, expect, it, vi } from "vitest";
import { Kind } from "../shared/message.ts";
import type { GivenToken, TokenRequest } from "./credentials.ts";
import { jwtExpiry } from "./jwt.ts";
import type { FakeConnection } from "./test/fake-server.ts";
import { connected, dialling, type Pair, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

/** A token function that gives one after the other, and then the last again and again. */
function giving(...tokens: GivenToken[]) {
  return vi.fn(async (_request: TokenRequest) => (tokens.length > 1 ? tokens.shift() : tokens[0]));
}

function hello(connection: FakeConnection): unknown {
  return connection.of(Kind.HELLO)[0]?.[1].token;
}

function tokens({ server }: Pair): unknown[] {
  return server.connections.map(hello);
}

function reasons(token: ReturnType<typeof giving>): string[] {
  return token.mock.calls.map(([{ reason }]) => reason);
}

describe("a token", () => {
  it("goes along with HELLO on every connection", async () => {
    const pair = await connected(undefined, { token: "constant" });
    pair.server.connection.hangUp(1006);
    await pass(500);
    expect(tokens(pair)).toEqual(["constant", "constant"]);
  });

  it("of a function is asked for once, and kept for later connections", async () => {
    const token = giving("one", "two");
    const pair = await connected(undefined, { token });
    pair.server.connection.hangUp(1006);
    await pass(500);
    expect([tokens(pair), reasons(token)]).toEqual([["one", "one"], ["connect"]]);
  });

  it("may be given at once, without a promise", async () => {
    const pair = await connected(undefined, { token: () => "now" });
    expect(tokens(pair)).toEqual(["now"]);
  });

  it("is not asked for before a lazy client is used, nor while nobody sees the page", async () => {
    const token = giving("one");
    dialling(undefined, { token, lazy: true });
    vi.stubGlobal("document", { visibilityState: "hidden" });
    dialling(undefined, { token });
    await pass(60_000);
    vi.unstubAllGlobals();
    expect(token).not.toHaveBeenCalled();
  });

  it.each([null, undefined])(
    "may be %s: then the client connects without, and asks again the next time",
    async (none) => {
      const token = giving(none, "signed-in");
      const pair = await connected(undefined, { token });
      pair.server.connection.hangUp(1006);
      await pass(500);
      expect([tokens(pair), reasons(token)]).toEqual([
        [undefined, "signed-in"],
        ["connect", "connect"],
      ]);
    },
  );

  it("that has expired is asked for anew before the next connection", async () => {
    const token = giving({ token: "one", expiresAt: Date.now() + 400 }, "two");
    const pair = await connected(undefined, { token });
    pair.server.connection.hangUp(1006);
    await pass(500);
    expect([tokens(pair), reasons(token)]).toEqual([
      ["one", "two"],
      ["connect", "connect"],
    ]);
  });

  it("is asked for again by a forced reconnection, whatever the answer to an earlier question", async () => {
    const answers: ((token: string) => void)[] = [];
    const pair = await connected(undefined, { token: () => new Promise<string>((resolve) => answers.push(resolve)) });
    pair.client.reconnect();
    answers[0]?.("guest");
    await settled();
    expect(pair.client.state).toBe("connecting");
    answers[1]?.("member");
    await settled();
    expect([answers.length, tokens(pair)]).toEqual([2, ["member"]]);
  });
});

describe("a token function that fails", () => {
  it.each([
    [
      "throws",
      () => {
        throw new Error("not now");
      },
      "not now",
    ],
    ["rejects", () => Promise.reject(new Error("not now")), "not now"],
    ["gives no token", () => ({ token: 5 }) as unknown as string, "no token"],
  ] as const)("because it %s costs an attempt, and is told", async (_, fails, message) => {
    const token = vi.fn<() => GivenToken | Promise<GivenToken>>(() => "fine").mockImplementationOnce(fails);
    const { client, server } = dialling(undefined, { token });
    const states = vi.fn();
    const errors = vi.fn();
    client.on("state", states);
    client.on("error", errors);
    await settled();
    expect(errors.mock.calls).toEqual([[expect.objectContaining({ message: expect.stringContaining(message) })]]);
    expect(states.mock.calls).toEqual([
      ["waiting", { text: expect.stringContaining("no token: "), retryMs: 500, attempt: 1 }],
    ]);
    expect(server.dialled).toHaveLength(0);
    await pass(500);
    expect([client.state, hello(server.connection)]).toEqual(["open", "fine"]);
  });

  it("because it takes longer than an attempt may is given up, and asked again", async () => {
    const token = vi.fn(() => "fine" as GivenToken | Promise<GivenToken>).mockReturnValueOnce(new Promise(() => {}));
    const { client } = dialling(undefined, { token, connectTimeoutMs: 3_000 });
    const errors = vi.fn();
    client.on("error", errors);
    await pass(2_999);
    expect(client.state).toBe("connecting");
    await pass(1);
    expect([client.state, errors.mock.calls[0]?.[0].code]).toEqual(["waiting", "TIMEOUT"]);
    await pass(500);
    expect(client.state).toBe("open");
  });

  it("is waited for no more where the client is closed, and leaves no timer", async () => {
    let answer = (_: string) => {};
    const token = () =>
      new Promise<string>((resolve) => {
        answer = resolve;
      });
    const { client, server } = dialling(undefined, { token });
    client.close();
    answer("late");
    await settled();
    expect([client.state, server.dialled.length, vi.getTimerCount()]).toEqual(["closed", 0, 0]);
  });
});

describe("a token that the server refuses", () => {
  it("is asked for anew, and the client comes back at once", async () => {
    const token = giving("one", "two");
    const pair = await connected(undefined, { token });
    const states = vi.fn();
    pair.client.on("state", states);
    pair.server.connection.hangUp(4401, "expired");
    await pass(1);
    expect([tokens(pair), reasons(token)]).toEqual([
      ["one", "two"],
      ["connect", "refused"],
    ]);
    expect(states.mock.calls).toEqual([
      ["waiting", { code: 4401, text: "expired", retryMs: 0 }],
      ["connecting", { text: "with a new token" }],
      ["open", { text: "reconnected after 0.0 s" }],
    ]);
  });

  it("twice without a welcome that lasted closes the client", async () => {
    const token = giving("one", "two");
    const pair = await connected(undefined, { token });
    pair.server.connection.hangUp(4401);
    await pass(4_999);
    pair.server.connection.hangUp(4401, "who?");
    await expect(pair.client.call("any")).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    expect([pair.client.state, reasons(token), vi.getTimerCount()]).toEqual(["closed", ["connect", "refused"], 0]);
  });

  it("twice without any welcome closes the client, however long the connection was", async () => {
    const pair = await connected(() => {}, { token: giving("one", "two") });
    pair.server.connection.hangUp(4401);
    await pass(10_000);
    pair.server.connection.hangUp(4401);
    expect(pair.client.state).toBe("closed");
  });

  it("is asked for anew again where one was good in between", async () => {
    const token = giving("one", "two", "three");
    const pair = await connected(undefined, { token });
    pair.server.connection.hangUp(4401);
    await pass(5_001);
    pair.server.connection.hangUp(4401);
    await pass(1);
    expect(tokens(pair)).toEqual(["one", "two", "three"]);
    expect(pair.client.state).toBe("open");
  });

  it("is still the reason to ask where the function failed meanwhile", async () => {
    const token = giving("one", "two");
    const pair = await connected(undefined, { token });
    token.mockImplementationOnce(() => Promise.reject(new Error("offline")));
    pair.server.connection.hangUp(4401);
    await pass(1_000);
    expect([tokens(pair), reasons(token)]).toEqual([
      ["one", "two"],
      ["connect", "refused", "refused"],
    ]);
  });

  it("closes the client where it is a constant", async () => {
    const { client, server } = await connected(undefined, { token: "constant" });
    server.connection.hangUp(4401);
    await pass(60_000);
    expect([client.state, server.dialled.length]).toEqual(["closed", 1]);
  });
});

describe("jwtExpiry", () => {
  const jwt = (payload: string) => `e30.${Buffer.from(payload).toString("base64url")}.c2ln`;

  it("reads when a JWT expires, whatever letters its payload has", () => {
    expect(jwtExpiry(jwt('{"exp":1700000000}'))).toBe(1_700_000_000_000);
    expect(jwtExpiry(jwt('{"name":"Žofie ?>?>~~ 漢字","exp":1700000000.5}'))).toBe(1_700_000_000_500);
  });

  it("knows nothing of any other token", () => {
    for (const token of [
      "",
      "secret",
      "a.b",
      "a.b.c",
      jwt("{}"),
      jwt('{"exp":"1"}'),
      jwt('{"exp":1e999}'),
      jwt("null"),
    ])
      expect(jwtExpiry(token)).toBeUndefined();
  });
});
