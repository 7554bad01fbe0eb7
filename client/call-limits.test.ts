import { describe, expect, it, vi } from "vitest";
import { type ClientMessage, Kind } from "../shared/message.ts";
import { type FakeConnection, WELCOME } from "./test/fake-server.ts";
import { connected, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

/** Goes on with whatever session a client had, as a server that takes so many bytes. */
function resuming(maxPayload: number) {
  return (message: ClientMessage, connection: FakeConnection): void => {
    if (message[0] !== Kind.HELLO) return;
    connection.send([Kind.WELCOME, { ...WELCOME, maxPayload, resumed: message[1].resume !== undefined }]);
  };
}

/** The clock goes on while nothing runs, as where a machine sleeps or a page is frozen. */
function sleep(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

describe("options of a call that make no sense", () => {
  it("are a RangeError here, and never reach the server", async () => {
    const { client, server } = await connected();
    const nonsense = [
      { timeoutMs: 0 },
      { timeoutMs: Number.NaN },
      { attempts: 0 },
      { attempts: 1.5 },
      { key: "" },
      { key: "x".repeat(256) },
    ];
    for (const options of nonsense) await expect(client.call("a", 1, options)).rejects.toBeInstanceOf(RangeError);
    for (const window of [0, 1.5, 1_000_001, Number.NaN]) {
      expect(() => client.stream("a", 1, { window })).toThrow(RangeError);
    }
    await settled();
    expect(server.connection.of(Kind.CALL)).toEqual([]);
  });

  it("include no time that is merely enormous: the server is not told of it", async () => {
    const { client, server } = await connected();
    client.call("a", 1, { timeoutMs: 1e308, attempts: 9 }).catch(() => {});
    await settled();
    expect(server.connection.of(Kind.CALL)[0]?.[4]).toEqual({ key: expect.any(String) });
  });
});

describe("a machine that slept", () => {
  it("reads what came meanwhile before a call is given up", async () => {
    const { client, server } = await connected(resuming(1_000_000), { attempts: 3 });
    const call = client.call("slow");
    await pass(5_000);
    sleep(3_600_000);
    await pass(5_000);
    server.connection.answer("was there all the time");
    expect(await call).toBe("was there all the time");
  });

  it("does not send a call again whose time is over: nobody knows its key any more", async () => {
    const { client, server } = await connected(resuming(1_000_000), { attempts: 3 });
    const call = client.call("slow");
    const failed = expect(call).rejects.toMatchObject({ code: "TIMEOUT" });
    await pass(5_000);
    sleep(3_600_000);
    await pass(6_000);
    await failed;
    expect(server.connection.of(Kind.CALL)).toHaveLength(1);
  });

  it("sends it again where there is time left", async () => {
    const { client, server } = await connected(resuming(1_000_000), { attempts: 3 });
    client.call("slow").catch(() => {});
    await pass(5_000);
    sleep(10_000);
    await pass(6_000);
    expect(server.connection.of(Kind.CALL)).toHaveLength(2);
  });
});

describe("a call that is sent again", () => {
  it("is UNAVAILABLE, and not too large, where the next server takes less: it may have run", async () => {
    let maxPayload = 2_000;
    const { client, server } = await connected((...args) => resuming(maxPayload)(...args), { attempts: 3 });
    const call = client.call("a", "x".repeat(1_800));
    const failed = expect(call).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await settled();
    maxPayload = 1_100;
    server.connection.hangUp(1006);
    await pass(500);
    server.connection.hangUp(1006);
    await pass(1_000);
    await failed;
  });

  it("waits for the next connection where the server asks to leave before it has welcomed", async () => {
    let connections = 0;
    const { client, server } = await connected(
      (message, connection) => {
        if (message[0] !== Kind.HELLO) return;
        if (++connections === 2) connection.send([Kind.GOAWAY, "restart", { reconnectAfterMs: 1_000 }]);
        connection.send([Kind.WELCOME, { ...WELCOME, resumed: connections > 1 }]);
      },
      { attempts: 3 },
    );
    const call = client.call("pay");
    await settled();
    server.connection.hangUp(1006);
    await pass(5_000);
    expect(server.connections).toHaveLength(3);
    server.connection.answer("paid");
    expect(await call).toBe("paid");
  });
});

it("a call whose time runs out before the next server has welcomed is sent again there: it was on no other", async () => {
  let connections = 0;
  const { client, server } = await connected(
    (message, connection) => {
      if (message[0] === Kind.HELLO && ++connections === 1) connection.send([Kind.WELCOME, WELCOME]);
    },
    { attempts: 3, timeoutMs: 1_000 },
  );
  server.connection.hangUp(1006);
  const call = client.call("buy");
  await pass(1_100);
  server.connection.send([Kind.WELCOME, { ...WELCOME, session: "another" }]);
  await settled();
  expect(server.connection.of(Kind.CALL)).toHaveLength(2);
  server.connection.answer("bought");
  expect(await call).toBe("bought");
});

it("a connection given up for too many timeouts costs a call no attempt of its own", async () => {
  const { client, server } = await connected(resuming(1_000_000), {
    timeoutMs: 1_000,
    attempts: 4,
    tolerance: { ratio: 0, intervalMs: 60_000 },
  });
  const call = client.call("slow");
  const failed = expect(call).rejects.toMatchObject({ code: "TIMEOUT", message: /4 times/ });
  await pass(4_000);
  await failed;
  expect(server.connections.slice(0, 4).map((connection) => connection.of(Kind.CALL).length)).toEqual([1, 1, 1, 1]);
});
