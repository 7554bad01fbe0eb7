import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Kind } from "../shared/message.ts";
import { type Answer, sayWelcome } from "./test/fake-server.ts";
import { connected, pass, useFakeTime } from "./test/setup.ts";

useFakeTime();

/** The wall clock goes on, timers do not: the machine sleeps, the page is frozen, or its timers are held back. */
function timersStandStill(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

const sayPong: Answer = (message, connection) => {
  sayWelcome(message, connection);
  if (message[0] === Kind.PING) connection.send([Kind.PONG, message[1]]);
};

describe("after a sleep", () => {
  it("a dead server is noticed in twelve and a half seconds", async () => {
    const { client, server } = await connected();
    timersStandStill(30_000);
    await pass(12_499);
    expect([client.state, server.connection.of(Kind.PING).length]).toEqual(["open", 1]);
    await pass(1);
    expect(client.state).toBe("waiting");
  });

  it("a server that answers is kept", async () => {
    const { client, server } = await connected(sayPong);
    timersStandStill(3_600_000);
    await pass(40_000);
    expect([client.state, server.connections.length, server.connection.of(Kind.PING).length]).toEqual(["open", 1, 1]);
  });

  it("a server that answered after others is still given its time", async () => {
    const { client, server } = await connected(sayPong);
    for (let count = 0; count < 5; count++) {
      timersStandStill(60_000);
      await pass(10_000);
    }
    await pass(10_000);
    server.connection.send([Kind.PONG]);
    server.connection.socket.sent = () => {};
    await pass(50_000);
    timersStandStill(60_000);
    await pass(7_000);
    expect([client.state, server.connections.length]).toEqual(["open", 1]);
  });

  it("that was none, since something was heard after the timer was due, nothing is asked", async () => {
    const { server } = await connected();
    timersStandStill(30_000);
    server.connection.send([Kind.PING]);
    await pass(40_000);
    expect([server.connections.length, server.connection.of(Kind.PING)]).toEqual([1, []]);
  });

  it("that was shorter than two seconds nothing is asked", async () => {
    const { server } = await connected();
    timersStandStill(2_000);
    await pass(40_000);
    expect([server.connections.length, server.connection.of(Kind.PING)]).toEqual([1, []]);
  });
});

describe("a question that could not be answered", () => {
  it("because the page was frozen after it, is asked again instead of taken for a death", async () => {
    const { client, server } = await connected();
    await pass(50_000);
    timersStandStill(3_600_000);
    await pass(4_900);
    expect([client.state, server.connection.of(Kind.PING).length]).toEqual(["open", 2]);
    await pass(2_000);
    server.connection.send([Kind.PONG]);
    await pass(40_000);
    expect([client.state, server.connections.length]).toEqual(["open", 1]);
  });

  it("is not asked for ever where nothing answers", async () => {
    const { client, server } = await connected();
    await pass(50_000);
    timersStandStill(3_600_000);
    await pass(4_900 + 2_499);
    expect(client.state).toBe("open");
    await pass(1);
    expect([client.state, server.connection.of(Kind.PING).length]).toEqual(["waiting", 2]);
  });

  it("lets what came meanwhile be handled before it counts", async () => {
    const { client, server } = await connected();
    // so late is no sleep, yet all the time that the answer had
    await pass(50_000 + 3_000);
    timersStandStill(1_900);
    await pass(1_900);
    expect(client.state).toBe("open");
    server.connection.send([Kind.PONG]);
    await pass(10_000);
    expect([client.state, server.connections.length]).toEqual(["open", 1]);
  });
});

describe("a hidden page, whose timers fire once a minute", () => {
  const MINUTE = 60_000;

  beforeEach(() => {
    vi.setSystemTime(10 * MINUTE);
    const { setTimeout } = globalThis;
    vi.stubGlobal("setTimeout", (callback: () => void, ms: number) => {
      const now = Date.now();
      return setTimeout(callback, Math.ceil((now + ms) / MINUTE) * MINUTE - now);
    });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it("keeps a connection whose server is heard, without a word", async () => {
    const { client, server } = await connected();
    for (let count = 0; count < 40; count++) {
      await pass(25_000);
      server.connection.send([Kind.PING]);
    }
    expect([client.state, server.connections.length, server.connection.of(Kind.PING)]).toEqual(["open", 1, []]);
  });

  it("keeps one whose server answers", async () => {
    const { client, server } = await connected(sayPong);
    await pass(20 * MINUTE);
    expect([client.state, server.connections.length]).toEqual(["open", 1]);
  });

  it("notices a dead server in two heartbeats and five minutes", async () => {
    const { client } = await connected();
    const states = vi.fn();
    client.on("state", states);
    await pass(50_000 + 5 * MINUTE);
    expect(states.mock.calls[0]).toMatchObject(["waiting", { code: 4408, text: "no heartbeat" }]);
  });
});

describe("a clock that is set", () => {
  it.each([3_600_000, -3_600_000, 86_400_000, -86_400_000])("by %d ms kills no connection", async (step) => {
    const { client, server } = await connected(sayPong);
    await pass(5_000);
    vi.setSystemTime(Date.now() + step);
    await pass(50_000);
    vi.setSystemTime(Date.now() + step);
    await pass(200_000);
    expect([client.state, server.connections.length]).toEqual(["open", 1]);
  });
});
