import { describe, expect, it } from "vitest";
import { EncodeError } from "../shared/budget.ts";
import { Kind } from "../shared/message.ts";
import { WELCOME } from "./test/fake-server.ts";
import { connected, dialling, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

describe("a call", () => {
  it("gives what the server answers", async () => {
    const { client, server } = await connected();
    const sum = client.call("math.add", { x: 1, y: 6 });
    await settled();
    expect(server.connection.of(Kind.CALL)).toEqual([[Kind.CALL, 1, "math.add", { x: 1, y: 6 }]]);
    server.connection.answer(7);
    expect(await sum).toBe(7);
  });

  it("says as little as it can", async () => {
    const { client, server } = await connected();
    for (const options of [undefined, {}, { timeoutMs: Number.POSITIVE_INFINITY }]) {
      client.call("now", undefined, options).catch(() => {});
    }
    client.call("now", undefined, { timeoutMs: 50 }).catch(() => {});
    await settled();
    expect(server.connection.of(Kind.CALL).map((message) => message.slice(2))).toEqual([
      ["now"],
      ["now"],
      ["now"],
      ["now", null, { timeoutMs: 50, noData: true }],
    ]);
  });

  it("rejects with the server's error", async () => {
    const { client, server } = await connected();
    const call = client.call("buy");
    await settled();
    server.connection.send([Kind.ERROR, 1, "SOLD_OUT", "Too late.", { show: 12 }]);
    await expect(call).rejects.toMatchObject({
      name: "AppError",
      code: "SOLD_OUT",
      message: "Too late.",
      details: { show: 12 },
    });
  });

  it("of a procedure that streams gives its return value", async () => {
    const { client, server } = await connected();
    const call = client.call("count");
    await settled();
    server.connection.send([Kind.CHUNK, 1, "item"], [Kind.RESULT, 1, "last"]);
    expect(await call).toBe("last");
    expect(client.ignored).toBe(0);
  });

  it("rejects where its input cannot be encoded, or is more than the server takes", async () => {
    const { client, server } = await connected((message, connection) => {
      if (message[0] === Kind.HELLO) connection.send([Kind.WELCOME, { ...WELCOME, maxPayload: 2_000 }]);
    });
    await expect(client.call("a", 2n ** 70n)).rejects.toBeInstanceOf(EncodeError);
    await expect(client.call("b", "x".repeat(2_000))).rejects.toMatchObject({ code: "TOO_LARGE" });
    await settled();
    expect(server.connection.of(Kind.CALL)).toEqual([]);
  });
});

describe("a call before the server has told what it takes", () => {
  it("rejects where it is more than servers take, and costs nobody else the connection", async () => {
    const { client, server } = dialling();
    const small = client.call("small");
    await expect(client.call("large", "x".repeat(1_048_576))).rejects.toMatchObject({ code: "TOO_LARGE" });
    await settled();
    expect(server.connection.of(Kind.CALL)).toEqual([[Kind.CALL, 1, "small"]]);
    server.connection.answer("done");
    expect(await small).toBe("done");
  });

  it("is sent where it is as large as servers take", async () => {
    const { client, server } = dialling();
    client.call("large", "x".repeat(1_048_500)).catch(() => {});
    await settled();
    expect(server.connection.of(Kind.CALL)).toHaveLength(1);
  });
});

describe("a call that takes too long", () => {
  it("rejects after ten seconds, and is cancelled", async () => {
    const { client, server } = await connected();
    const call = client.call("slow");
    const failed = expect(call).rejects.toMatchObject({ code: "TIMEOUT" });
    await pass(9_999);
    expect(server.connection.of(Kind.CANCEL)).toEqual([]);
    await pass(1);
    await failed;
    expect(server.connection.of(Kind.CANCEL)).toEqual([[Kind.CANCEL, 1]]);
  });

  it("may have a limit of its own, or the client another", async () => {
    const { client } = await connected(undefined, { timeoutMs: 300 });
    const rejected: string[] = [];
    client.call("a").catch(() => rejected.push("a"));
    client.call("b", 1, { timeoutMs: 100 }).catch(() => rejected.push("b"));
    await pass(100);
    expect(rejected).toEqual(["b"]);
    await pass(200);
    expect(rejected).toEqual(["b", "a"]);
  });

  it("counts its time in the queue, and then is never sent", async () => {
    const { client, server } = dialling(undefined, {}, "down");
    const call = client.call("late", 1, { timeoutMs: 700 });
    const failed = expect(call).rejects.toMatchObject({ code: "TIMEOUT" });
    await pass(700);
    await failed;
    server.network = "up";
    await pass(20_000);
    expect(client.state).toBe("open");
    expect(server.connection.messages.map(([kind]) => kind)).toEqual([Kind.HELLO]);
  });
});

describe("an aborted call", () => {
  it("rejects with the signal's reason, and is cancelled", async () => {
    const { client, server } = await connected();
    const controller = new AbortController();
    const call = client.call("slow", 1, { signal: controller.signal });
    await settled();
    controller.abort("enough");
    await expect(call).rejects.toBe("enough");
    await settled();
    expect(server.connection.of(Kind.CANCEL)).toEqual([[Kind.CANCEL, 1]]);
    server.connection.send([Kind.ERROR, 1, "CANCELLED", "The caller cancelled."]);
    expect(client.ignored).toBe(1);
  });

  it("is not sent at all where it is aborted before", async () => {
    const { client, server } = dialling();
    const controller = new AbortController();
    const queued = client.call("a", 1, { signal: controller.signal });
    controller.abort(new Error("changed my mind"));
    await expect(queued).rejects.toThrow("changed my mind");
    await expect(client.call("b", 1, { signal: controller.signal })).rejects.toThrow("changed my mind");
    await settled();
    expect(server.connection.messages.map(([kind]) => kind)).toEqual([Kind.HELLO]);
  });
});

describe("a call and the connection", () => {
  it("made without one waits for it", async () => {
    const { client, server } = dialling(undefined, {}, "down");
    const call = client.call("a", 1);
    await pass(100);
    server.network = "up";
    await pass(5_000);
    server.connection.answer("answered");
    expect(await call).toBe("answered");
  });

  it("is answered by nobody before it is sent", async () => {
    const { client, server } = await connected();
    client.call("slow").catch(() => {});
    await settled();
    server.connection.send([Kind.GOAWAY, "restart", { reconnectAfterMs: 0 }]);
    const queued = client.call("later");
    server.connection.send([Kind.RESULT, 2, "guessed"], [Kind.RESULT, 1, "slow"]);
    await pass(500);
    server.connection.answer("true");
    expect([await queued, client.ignored]).toEqual(["true", 1]);
  });

  it("in flight at its loss rejects, and is not repeated", async () => {
    const { client, server } = await connected();
    const call = client.call("once");
    await settled();
    server.connection.hangUp(1006);
    await expect(call).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: "The connection was lost before the answer came.",
    });
    await pass(500);
    expect(server.connections).toHaveLength(2);
    expect(server.connection.of(Kind.CALL)).toEqual([]);
  });

  it("beyond a thousand that wait is refused", async () => {
    const { client, server } = dialling();
    const calls = Array.from({ length: 1_000 }, (_, index) => client.call("echo", index));
    await expect(client.call("echo", 1_000)).rejects.toMatchObject({ code: "OVERLOADED" });
    await settled();
    const sent = server.connection.of(Kind.CALL);
    expect(sent.map((message) => message[3])).toEqual(calls.map((_, index) => index));
    server.connection.send(...sent.map((message) => [Kind.RESULT, message[1], message[3]] as [3, number, unknown]));
    expect(await Promise.all(calls)).toHaveLength(1_000);
  });
});

describe("ping", () => {
  it("measures a round trip", async () => {
    const { client, server } = await connected();
    const ping = client.ping();
    await settled();
    await pass(30);
    const [, echo] = server.connection.of(Kind.PING)[0] ?? [];
    server.connection.send([Kind.PONG, echo]);
    expect(await ping).toBe(30);
  });

  it("does not count the wait for a connection", async () => {
    const { client, server } = dialling(undefined, {}, "down");
    const ping = client.ping();
    await pass(100);
    server.network = "up";
    await pass(400);
    expect(client.state).toBe("open");
    await pass(7);
    server.connection.send([Kind.PONG, server.connection.of(Kind.PING)[0]?.[1]]);
    expect(await ping).toBe(7);
  });

  it("has a limit", async () => {
    const { client, server } = await connected();
    const ping = expect(client.ping(200)).rejects.toMatchObject({ code: "TIMEOUT" });
    await pass(200);
    await ping;
    expect(server.connection.of(Kind.CANCEL)).toEqual([]);
  });
});
