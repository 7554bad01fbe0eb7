import { describe, expect, it, vi } from "vitest";
import { type Answer, sayWelcome } from "./test/fake-server.ts";
import { connected, pass, useFakeTime } from "./test/setup.ts";
import { giving, reasons, tokens } from "./test/tokens.ts";

useFakeTime();

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

  it("is what calls are told that went out with it, where there is no other", async () => {
    const pair = await connected(() => {}, { token: "the only one" });
    const refused = expect(pair.client.call("any")).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    await pass(1);
    pair.server.connection.hangUp(4401);
    await refused;
  });

  it("twice without any welcome closes the client, however long the connection was", async () => {
    const pair = await connected(() => {}, { token: giving("one", "two") });
    pair.server.connection.hangUp(4401);
    await pass(10_000);
    pair.server.connection.hangUp(4401);
    expect(pair.client.state).toBe("closed");
  });

  it("closes the client where a welcome that lasted was of an earlier connection", async () => {
    let welcomes = 1;
    const welcomeOnce: Answer = (message, connection) => {
      if (welcomes-- > 0) sayWelcome(message, connection);
    };
    const pair = await connected(welcomeOnce, { token: giving("one", "two") });
    await pass(10_000);
    for (const next of ["open", "closed"]) {
      pair.server.connection.hangUp(4401);
      await pass(10_000);
      expect(pair.client.state).toBe(next);
    }
  });

  it("is no longer the reason once there is another", async () => {
    const token = giving("one", "two");
    const pair = await connected(undefined, { token });
    pair.server.connection.hangUp(4401);
    await pass(1);
    pair.client.reconnect();
    expect(reasons(token)).toEqual(["connect", "refused", "connect"]);
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
