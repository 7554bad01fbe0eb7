import { describe, expect, it } from "vitest";
import { Kind } from "../shared/message.ts";
import type { ClientOptions } from "./options.ts";
import { resume, WELCOME } from "./test/fake-server.ts";
import { connected, dialling, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

const connectedWith = (options: ClientOptions = { attempts: 3 }) => connected(resume, options);

describe("a call whose answer is lost with the connection", () => {
  it("is sent again on the next one, with the same key, once the session is known to go on", async () => {
    const { client, server } = await connectedWith();
    const call = client.call("buy", { seat: 1 });
    await settled();
    const [[, , , , first] = []] = server.connection.of(Kind.CALL);
    server.connection.hangUp(1006);
    await pass(500);
    expect(server.connections).toHaveLength(2);
    expect(server.connection.frames[0]?.map(([kind]) => kind)).toEqual([Kind.HELLO]);
    expect(server.connection.of(Kind.CALL).map(([, , ...rest]) => rest)).toEqual([["buy", { seat: 1 }, first]]);
    expect(first).toEqual({ key: expect.any(String) });
    server.connection.answer("seat 1");
    expect(await call).toBe("seat 1");
  });

  it("says what it said first, whatever has become of its input", async () => {
    const { client, server } = await connectedWith();
    const input = { seat: 1 };
    client.call("buy", input).catch(() => {});
    await settled();
    input.seat = 2;
    server.connection.hangUp(1006);
    await pass(500);
    expect(server.connection.of(Kind.CALL)[0]?.[3]).toEqual({ seat: 1 });
  });

  it("is not sent again where the server knows nothing of the session: it may have run", async () => {
    let session = 0;
    const { client, server } = await connected(
      (message, connection) => {
        if (message[0] === Kind.HELLO) connection.send([Kind.WELCOME, { ...WELCOME, session: `session-${++session}` }]);
      },
      { attempts: 3 },
    );
    const sent = client.call("buy");
    const idempotent = client.call("look", undefined, { idempotent: true });
    await settled();
    server.connection.hangUp(1006);
    const unsent = client.call("buy");
    const failed = expect(sent).rejects.toMatchObject({ code: "UNAVAILABLE", message: /may or may not/ });
    await pass(500);
    await failed;
    const again = server.connection.of(Kind.CALL);
    expect(again.map(([, , name, , options]) => [name, options?.key !== undefined])).toEqual([
      ["look", false],
      ["buy", true],
    ]);
    server.connection.send(...again.map(([, id]) => [Kind.RESULT, id, "done"] as [3, number, string]));
    expect(await Promise.all([idempotent, unsent])).toEqual(["done", "done"]);
  });

  it("is not sent again where the server had not even said which session it is", async () => {
    const { client, server } = await connected(() => {}, { attempts: 3 });
    const call = client.call("buy");
    await settled();
    server.connection.hangUp(1006);
    await expect(call).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  it("is sent as often as its attempts, and then fails", async () => {
    const { client, server } = await connectedWith();
    const call = client.call("buy");
    const failed = expect(call).rejects.toMatchObject({ code: "UNAVAILABLE" });
    for (let attempt = 1; attempt <= 3; attempt++) {
      await pass(600);
      expect([server.connections.length, server.connection.of(Kind.CALL).length]).toEqual([attempt, 1]);
      server.connection.hangUp(1006);
    }
    await failed;
    await pass(20_000);
    expect(server.connection.of(Kind.CALL)).toEqual([]);
  });

  it("is cancelled on the connection it is on by then", async () => {
    const { client, server } = await connectedWith();
    const controller = new AbortController();
    const call = client.call("slow", 1, { signal: controller.signal });
    await settled();
    server.connection.hangUp(1006);
    await pass(500);
    controller.abort("enough");
    await expect(call).rejects.toBe("enough");
    await settled();
    const [[, id] = []] = server.connection.of(Kind.CALL);
    expect(server.connection.of(Kind.CANCEL)).toEqual([[Kind.CANCEL, id]]);
  });
});

describe("a call that is not answered in time", () => {
  it("is sent again, has as much time again, and fails after its last attempt, cancelling all of them", async () => {
    const { client, server } = await connectedWith({ timeoutMs: 1_000, attempts: 3 });
    const call = client.call("slow");
    const failed = expect(call).rejects.toMatchObject({ code: "TIMEOUT", message: /1000 ms, 3 times/ });
    await pass(2_999);
    const sent = server.connection.of(Kind.CALL);
    expect(sent.map(([, id]) => id)).toEqual([1, 2, 3]);
    expect(new Set(sent.map(([, , , , options]) => options?.key)).size).toBe(1);
    expect(server.connection.of(Kind.CANCEL)).toEqual([]);
    await pass(1);
    await failed;
    await settled();
    expect(server.connection.of(Kind.CANCEL).map(([, id]) => id)).toEqual([1, 2, 3]);
  });

  it.each([1, 2])("takes the answer to its attempt %i, and cancels the other", async (answered) => {
    const { client, server } = await connectedWith({ timeoutMs: 1_000, attempts: 2 });
    const call = client.call("slow");
    await pass(1_500);
    server.connection.send([Kind.RESULT, answered, "late"]);
    expect(await call).toBe("late");
    await settled();
    expect(server.connection.of(Kind.CANCEL)).toEqual([[Kind.CANCEL, 3 - answered]]);
    expect(client.ignored).toBe(0);
  });

  it("has the connection looked after: a dead one is given up, and the call goes on with the next", async () => {
    const { client, server } = await connectedWith({ timeoutMs: 10_000, attempts: 3 });
    const call = client.call("slow");
    await pass(10_000);
    expect(server.connection.of(Kind.PING)).toHaveLength(1);
    await pass(9_000);
    expect(server.connections).toHaveLength(2);
    server.connection.answer("here");
    expect(await call).toBe("here");
  });

  it("is told to the server with all the time it may take", async () => {
    const { client, server } = await connectedWith();
    client.call("a", 1, { timeoutMs: 200, attempts: 4 }).catch(() => {});
    await settled();
    expect(server.connection.of(Kind.CALL)[0]?.[4]).toMatchObject({ timeoutMs: 800 });
  });

  it("waits as long in all where there is no connection, and is then sent once", async () => {
    const { client, server } = dialling(resume, { timeoutMs: 1_000, attempts: 3 }, "down");
    const call = client.call("a");
    await pass(2_900);
    server.network = "up";
    await pass(90);
    if (client.state !== "open") client.reconnect();
    await settled();
    expect(server.connection.of(Kind.CALL)).toHaveLength(1);
    server.connection.answer("just in time");
    expect(await call).toBe("just in time");
  });
});

it("a call with one attempt, or that may run twice, has no key; one may bring its own", async () => {
  const { client, server } = await connectedWith();
  client.call("once", 1, { attempts: 1 }).catch(() => {});
  client.call("look", 1, { idempotent: true }).catch(() => {});
  client.call("own", 1, { key: "order 7" }).catch(() => {});
  client.notify("told", 1);
  await settled();
  expect(server.connection.of(Kind.CALL).map(([, , name, , options]) => [name, options])).toEqual([
    ["once", undefined],
    ["look", undefined],
    ["own", { key: "order 7" }],
    ["told", undefined],
  ]);
  await expect(client.call("x", 1, { attempts: 0 })).rejects.toBeInstanceOf(RangeError);
});
