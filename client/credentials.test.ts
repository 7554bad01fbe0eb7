import { describe, expect, it, vi } from "vitest";
import { Kind } from "../shared/message.ts";
import type { GivenToken, TokenRequest } from "./credentials.ts";
import { connected, dialling, pass, settled, useFakeTime } from "./test/setup.ts";
import { giving, hello, reasons, tokens } from "./test/tokens.ts";

useFakeTime();

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
    answers[1]?.("member");
    answers[0]?.("guest");
    await settled();
    pair.server.connection.hangUp(1006);
    await pass(500);
    expect([answers.length, tokens(pair)]).toEqual([2, ["member", "member"]]);
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

  it("after another was asked for is of no interest", async () => {
    const token = vi.fn(() => "fine" as GivenToken | Promise<GivenToken>);
    let fail = () => {};
    token.mockReturnValueOnce(
      new Promise((_, reject) => {
        fail = () => reject(new Error("not now"));
      }),
    );
    const { client, server } = dialling(undefined, { token });
    const errors = vi.fn();
    client.on("error", errors);
    client.reconnect();
    fail();
    await settled();
    expect([client.state, server.dialled.length, errors.mock.calls]).toEqual(["open", 1, []]);
  });

  it("is not called where a listener closes the client that is about to connect", async () => {
    const token = vi.fn(() => "fine");
    const { client } = dialling(undefined, { token, lazy: true });
    client.on("state", () => client.close());
    await expect(client.ready).rejects.toMatchObject({ code: "CANCELLED" });
    expect([token.mock.calls.length, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it.each(["close", "reconnect"] as const)("after it called %s() is of no interest", async (what) => {
    let bad = true;
    const token = vi.fn(async () => {
      if (!bad) return "fine";
      bad = false;
      client[what]();
      throw new Error("logged out");
    });
    const { client, server } = dialling(undefined, { token, lazy: true });
    const states: string[] = [];
    client.on("state", (state) => states.push(state));
    client.ready.catch(() => {});
    await pass(10_000);
    if (what === "close") expect([states, server.dialled.length]).toEqual([["connecting", "closed"], 0]);
    else expect([states, server.dialled.length]).toEqual([["connecting", "connecting", "open"], 1]);
    client.close();
    await settled();
    expect([client.state, vi.getTimerCount()]).toEqual(["closed", 0]);
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
    expect(vi.getTimerCount()).toBe(0);
    answer("late");
    await settled();
    expect([client.state, server.dialled.length, vi.getTimerCount()]).toEqual(["closed", 0, 0]);
  });
});

describe("a token that HELLO has carried", () => {
  it("is not told again, where an earlier question is answered late", async () => {
    const answers: ((token: GivenToken) => void)[] = [];
    const first = { token: "first", expiresAt: Date.now() + 5_600 };
    const token = ({ reason }: TokenRequest): GivenToken | Promise<GivenToken> => {
      if (reason === "expiring") return new Promise<GivenToken>((resolve) => answers.push(resolve));
      return answers.length === 0 ? first : "second";
    };
    const { client, server } = await connected(undefined, { token });
    await pass(5_300);
    expect(answers).toHaveLength(1);
    client.reconnect();
    await settled();
    answers[0]?.("late");
    await settled();
    expect(server.connections.map((each) => each.of(Kind.HELLO)[0]?.[1].token)).toEqual(["first", "second"]);
    expect(server.connection.of(Kind.AUTH)).toEqual([]);
  });
});
