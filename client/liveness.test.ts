import { describe, expect, it, vi } from "vitest";
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

  it("that was none, since something was heard after the timer was due, nothing is asked", async () => {
    const { server } = await connected();
    timersStandStill(30_000);
    server.connection.send([Kind.PING]);
    await pass(40_000);
    expect(server.connection.of(Kind.PING)).toEqual([]);
  });

  it("that was shorter than two seconds nothing is asked", async () => {
    const { server } = await connected();
    timersStandStill(2_000);
    await pass(40_000);
    expect(server.connection.of(Kind.PING)).toEqual([]);
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
  const minute = async () => {
    timersStandStill(50_000);
    await pass(10_000);
  };

  it("keeps a connection whose server is heard, without a word", async () => {
    const { client, server } = await connected();
    for (let count = 0; count < 20; count++) {
      timersStandStill(50_000);
      server.connection.send([Kind.PING]);
      await pass(10_000);
    }
    expect([client.state, server.connections.length, server.connection.of(Kind.PING)]).toEqual(["open", 1, []]);
  });

  it("keeps one whose server answers", async () => {
    const { client, server } = await connected(sayPong);
    for (let count = 0; count < 20; count++) await minute();
    expect([client.state, server.connections.length]).toEqual(["open", 1]);
  });

  it("notices a dead server in two heartbeats and five minutes", async () => {
    const { client } = await connected();
    const states = vi.fn();
    client.on("state", states);
    const since = Date.now();
    while (states.mock.calls.length === 0) await minute();
    expect(states.mock.calls[0]).toMatchObject(["waiting", { code: 4408, text: "no heartbeat" }]);
    expect(Date.now() - since).toBeLessThanOrEqual(50_000 + 300_000);
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
