import { describe, expect, it, vi } from "vitest";
import { ERROR_CODES, type ErrorCode } from "../shared/codes.ts";
import { Kind } from "../shared/message.ts";
import type { GivenToken, TokenRequest } from "./credentials.ts";
import { type Answer, sayWelcome } from "./test/fake-server.ts";
import { connected, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

const HOUR = 3_600_000;

/** A function that counts its tokens: each is good for so long. */
function goodFor(ms: number) {
  let count = 0;
  return vi.fn(async (_: TokenRequest): Promise<GivenToken> => {
    count++;
    return { token: `token-${count}`, expiresAt: Date.now() + ms };
  });
}

/** A server that answers PING, and AUTH by an ACK, or by this error. */
function authenticating(code?: ErrorCode): Answer {
  return (message, connection) => {
    sayWelcome(message, connection);
    if (message[0] === Kind.PING) connection.send([Kind.PONG, message[1]]);
    if (message[0] !== Kind.AUTH) return;
    if (code === undefined) connection.send([Kind.ACK, message[1]]);
    else connection.send([Kind.ERROR, message[1], code, ERROR_CODES[code].text]);
  };
}

const sent = (message: readonly unknown[]) => message[2];

describe("a token that expires", () => {
  it("is renewed a minute before, on the connection there is, again and again", async () => {
    const token = goodFor(HOUR);
    const { client, server } = await connected(authenticating(), { token });
    await pass(HOUR - 60_001);
    expect(token).toHaveBeenCalledOnce();
    await pass(1);
    expect(token.mock.calls[1]).toEqual([{ reason: "expiring" }]);
    await pass(HOUR - 60_000);
    expect(server.connection.of(Kind.AUTH).map(sent)).toEqual(["token-2", "token-3"]);
    expect([client.state, server.connections.length, client.ignored]).toEqual(["open", 1, 0]);
    server.connection.hangUp(1006);
    await pass(500);
    expect(server.connection.of(Kind.HELLO)[0]?.[1].token).toBe("token-3");
  });

  it("soon is renewed after four fifths of its life", async () => {
    const token = goodFor(100_000);
    await connected(authenticating(), { token });
    await pass(79_999);
    expect(token).toHaveBeenCalledOnce();
    await pass(1);
    expect(token).toHaveBeenCalledTimes(2);
  });

  it("by what a JWT says of itself is renewed too", async () => {
    const payload = Buffer.from(JSON.stringify({ exp: Math.floor(Date.now() / 1_000) + 3_600 })).toString("base64url");
    const token = vi.fn(() => `e30.${payload}.c2ln`);
    const { server } = await connected(authenticating(), { token });
    await pass(HOUR - 61_000);
    expect(token).toHaveBeenCalledOnce();
    await pass(1_000);
    expect(token).toHaveBeenCalledTimes(2);
    // the same again is nothing to tell
    expect(server.connection.of(Kind.AUTH)).toEqual([]);
  });

  it("in months is not renewed before: setTimeout cannot wait for so long", async () => {
    const token = goodFor(2 ** 31 + HOUR);
    const { server } = await connected(authenticating(), { token });
    // a longer delay than it can keep would be over at once
    await pass(HOUR);
    expect(token).toHaveBeenCalledOnce();
    expect(server.connections).toHaveLength(1);
  });

  it("while the machine sleeps is renewed within a minute afterwards", async () => {
    const token = goodFor(10 * HOUR);
    await connected(authenticating(), { token });
    vi.setSystemTime(Date.now() + 9.99 * HOUR);
    await pass(60_000);
    expect(token.mock.calls[1]).toEqual([{ reason: "expiring" }]);
  });

  it("at once is asked for every five seconds at most", async () => {
    const token = goodFor(10);
    await connected(authenticating(), { token });
    await pass(20_000);
    expect(token).toHaveBeenCalledTimes(5);
  });

  it("is asked for once, though the connection is lost meanwhile, and goes along with the next HELLO", async () => {
    const token = goodFor(10_000);
    const { server } = await connected(authenticating(), { token, reconnect: { minDelayMs: 2_000 } });
    let answer = (_: string) => {};
    token.mockImplementationOnce(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    await pass(9_000);
    server.connection.hangUp(1006);
    await pass(2_500);
    answer("late");
    await settled();
    expect([server.connections.length, token.mock.calls.length]).toEqual([2, 2]);
    expect(server.connection.of(Kind.HELLO)[0]?.[1].token).toBe("late");
    expect(server.connection.of(Kind.AUTH)).toEqual([]);
  });

  it("while there is no connection is not told to the next one a second time", async () => {
    const token = goodFor(HOUR);
    const { server } = await connected(authenticating(), { token });
    let answer = (_: string) => {};
    token.mockImplementationOnce(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    await pass(HOUR - 60_000);
    server.connection.hangUp(1006);
    answer("new");
    await pass(1_000);
    expect(server.connection.of(Kind.HELLO)[0]?.[1].token).toBe("new");
    expect(server.connection.of(Kind.AUTH)).toEqual([]);
  });

  it("and has no successor is not used again", async () => {
    const token = goodFor(HOUR);
    const { server } = await connected(authenticating(), { token });
    token.mockImplementation(async () => null);
    await pass(HOUR - 60_000);
    server.connection.hangUp(1006);
    await pass(500);
    expect(server.connection.of(Kind.HELLO)[0]?.[1].token).toBeUndefined();
    expect(server.connections[0]?.of(Kind.AUTH)).toEqual([]);
  });

  it("is not renewed once the client is closed", async () => {
    const token = goodFor(HOUR);
    const { client } = await connected(authenticating(), { token });
    client.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is not renewed without a connection, but before the next one", async () => {
    const token = goodFor(HOUR);
    const { server } = await connected(authenticating(), { token });
    server.network = "silent";
    server.connection.hangUp(1006);
    await pass(2 * HOUR);
    server.network = "up";
    await pass(31_000);
    expect(server.connection.of(Kind.HELLO)[0]?.[1].token).toBe(`token-${token.mock.calls.length}`);
    expect(token.mock.calls.every(([{ reason }]) => reason === "connect")).toBe(true);
  });

  it("already when it is new is used, and not asked for over and over", async () => {
    const token = goodFor(-HOUR);
    const { client } = await connected(authenticating(), { token });
    await pass(HOUR);
    expect([client.state, token.mock.calls.length]).toEqual(["open", 1]);
  });
});

describe("a renewal that fails", () => {
  it("at the function is told, and tried again while the old token is good", async () => {
    const token = goodFor(HOUR);
    const { client, server } = await connected(authenticating(), { token });
    const errors = vi.fn();
    client.on("error", errors);
    token.mockImplementationOnce(() => Promise.reject(new Error("offline")));
    await pass(HOUR - 60_000);
    expect(errors.mock.calls).toEqual([[expect.objectContaining({ message: "offline" })]]);
    await pass(30_000);
    expect(server.connection.of(Kind.AUTH).map(sent)).toEqual(["token-2"]);
  });

  it("at the function every time ends with the old token's life", async () => {
    const token = goodFor(HOUR);
    const { client } = await connected(authenticating(), { token });
    const errors = vi.fn();
    client.on("error", errors);
    token.mockImplementation(() => Promise.reject(new Error("offline")));
    await pass(2 * HOUR);
    expect(errors.mock.calls.length).toBeLessThan(10);
    expect(client.state).toBe("open");
  });

  it("at the server is told, and the next connection has yet another", async () => {
    const token = goodFor(HOUR);
    const { client, server } = await connected(authenticating("UNAUTHENTICATED"), { token });
    const errors = vi.fn();
    client.on("error", errors);
    await pass(HOUR - 60_000);
    expect(errors.mock.calls).toEqual([[expect.objectContaining({ code: "UNAUTHENTICATED" })]]);
    expect(client.state).toBe("open");
    server.connection.hangUp(1006);
    await pass(500);
    expect(token.mock.calls.at(-1)).toEqual([{ reason: "refused" }]);
    expect(server.connection.of(Kind.HELLO)[0]?.[1].token).toBe("token-3");
  });

  it("at a server that authenticates nobody is no drama", async () => {
    const token = goodFor(HOUR);
    const { client, server } = await connected(authenticating("NOT_FOUND"), { token });
    const errors = vi.fn();
    client.on("error", errors);
    await pass(3 * HOUR);
    expect([client.state, errors.mock.calls, server.connection.of(Kind.AUTH).length]).toEqual(["open", [], 1]);
  });

  it("because the connection was lost meanwhile is not told: the next one has the token", async () => {
    const token = goodFor(HOUR);
    const { client, server } = await connected(undefined, { token });
    const errors = vi.fn();
    client.on("error", errors);
    await pass(1_000);
    server.connection.send([Kind.PONG]);
    // nothing answers, so the connection is kept alive by hand
    for (let now = 1_000; now < HOUR - 60_000; now += 1_000) {
      await pass(1_000);
      server.connection.send([Kind.PONG]);
    }
    expect(server.connection.of(Kind.AUTH)).toHaveLength(1);
    server.connection.hangUp(1006);
    await pass(500);
    await settled();
    expect(errors).not.toHaveBeenCalled();
    expect(server.connection.of(Kind.HELLO)[0]?.[1].token).toBe("token-2");
  });
});
