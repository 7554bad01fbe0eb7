import { describe, expect, it, vi } from "vitest";
import { Kind } from "../shared/message.ts";
import { queueing } from "./test/queueing.ts";
import { pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

const HOUR = 3_600_000;

describe("a call that a queue has, and whose connection is lost", () => {
  it("is asked for on the next one, with its key, once the session is known to go on", async () => {
    const { client, server, ids, acknowledge, answer, reconnect } = await queueing();
    const call = client.call("report", 2026);
    await acknowledge();
    const [[, , ...first] = []] = server.connection.of(Kind.CALL);
    await reconnect();
    expect(server.connection.frames[0]?.map(([kind]) => kind)).toEqual([Kind.HELLO]);
    expect(server.connection.of(Kind.CALL).map(([, , ...rest]) => rest)).toEqual([first]);
    expect(first[2]).toEqual({ key: expect.any(String) });
    expect(ids()).toEqual([2]);
    answer(2, "done");
    expect(await call).toBe("done");
  });

  it("is asked for as often as that happens, however few attempts it has, and for as long as it takes", async () => {
    const { client, server, ids, acknowledge, answer, reconnect } = await queueing({ timeoutMs: 1_000, attempts: 2 });
    const outcome = vi.fn();
    client.on("call", outcome);
    const call = client.call("report");
    await acknowledge();
    for (let loss = 1; loss <= 10; loss++) {
      await pass(HOUR);
      await reconnect();
      expect(ids()).toEqual([loss + 1]);
      await acknowledge();
    }
    server.network = "down";
    server.connection.hangUp(1006);
    await pass(HOUR);
    server.network = "up";
    await pass(60_000);
    expect(ids()[0]).toBe(12);
    answer(ids().at(-1), "done");
    expect(await call).toBe("done");
    expect(outcome.mock.calls[0]?.[0]).toMatchObject({ attempts: 1 });
  });

  it("ends with what comes for its first id by itself, and ignores what comes for the later one", async () => {
    const { client, server, ids, acknowledge, answer, reconnect } = await queueing();
    const progress = vi.fn();
    const call = client.call("report", 1, { progress });
    await acknowledge();
    await reconnect();
    await reconnect();
    server.connection.send([Kind.CHUNK, 1, "half"]);
    answer(1, "done");
    expect(await call).toBe("done");
    expect(progress.mock.calls).toEqual([["half"]]);
    answer(ids()[0], "again");
    expect(client.ignored).toBe(1);
    await settled();
    expect(server.connection.of(Kind.CANCEL)).toEqual([[Kind.CANCEL, ids()[0]]]);
  });

  it("is asked for again where nothing is heard of it in time, more and more rarely, until a queue says it has it", async () => {
    const { client, ids, acknowledge, answer, reconnect } = await queueing({ timeoutMs: 1_000, attempts: 2 });
    const call = client.call("report");
    await acknowledge();
    await reconnect();
    expect(ids()).toEqual([2]);
    await pass(1_000);
    expect(ids()).toEqual([2, 3]);
    await pass(1_999);
    expect(ids()).toEqual([2, 3]);
    await pass(1);
    expect(ids()).toEqual([2, 3, 4]);
    await acknowledge(3);
    await pass(HOUR);
    expect(ids()).toEqual([2, 3, 4]);
    await reconnect();
    await pass(1_000);
    expect(ids()).toEqual([5, 6]);
    answer(5, "done");
    expect(await call).toBe("done");
  });

  it("goes on where the connection is lost while that wait is on", async () => {
    const { client, server, ids, acknowledge, answer, reconnect } = await queueing();
    const call = client.call("report");
    await acknowledge();
    await reconnect();
    server.connection.send([Kind.ERROR, 2, "RATE_LIMITED", "Later.", { retryAfterMs: 5_000 }]);
    await reconnect();
    expect(ids()).toEqual([]);
    await pass(5_000);
    expect(ids()).toHaveLength(1);
    answer(1, "done");
    expect(await call).toBe("done");
  });

  it("ends with what is wrong about it otherwise", async () => {
    const { client, server, acknowledge, reconnect } = await queueing();
    const call = client.call("report");
    await acknowledge();
    await reconnect();
    server.connection.send([Kind.ERROR, 2, "CONFLICT", "There is no answer to give."]);
    await expect(call).rejects.toMatchObject({ code: "CONFLICT" });
  });

  it("ends where the server knows nothing of the session any more: it may have run", async () => {
    const { client, ids, acknowledge, reconnect } = await queueing({}, true);
    const calls = [client.call("keyed"), client.call("bare", 1, { attempts: 1 })];
    const failed = calls.map((call) => expect(call).rejects.toMatchObject({ message: /may or may not/ }));
    await acknowledge(1);
    await acknowledge(2);
    await reconnect();
    await Promise.all(failed);
    await pass(60_000);
    expect(ids()).toEqual([]);
  });

  it("takes its time for an answer along", async () => {
    const { client, server, acknowledge, reconnect } = await queueing();
    const failed = expect(client.call("report", 1, { answerMs: 60_000 })).rejects.toMatchObject({ code: "TIMEOUT" });
    await acknowledge();
    await pass(30_000);
    await reconnect();
    await acknowledge();
    await pass(30_000);
    await failed;
    await settled();
    expect(server.connection.of(Kind.CANCEL).map(([, id]) => id)).toEqual([2, 1]);
  });

  it("is cancelled on the next connection where there is none", async () => {
    const { client, server, acknowledge } = await queueing();
    const controller = new AbortController();
    const call = client.call("report", 1, { signal: controller.signal });
    await acknowledge();
    server.connection.hangUp(1006);
    controller.abort("enough");
    await expect(call).rejects.toBe("enough");
    await pass(500);
    expect(server.connections).toHaveLength(2);
    expect(server.connection.messages.slice(1)).toEqual([[Kind.CANCEL, 1]]);
  });
});

describe("one without a key", () => {
  it("is not sent again, and takes its answer on whatever connection that comes, as its id stays its own", async () => {
    const { client, server, ids, acknowledge, answer, reconnect } = await queueing({ attempts: 1 });
    const repeated = vi.fn();
    client.on("reconnected", (info) => repeated(info.repeated));
    const call = client.call("report");
    await acknowledge();
    for (let loss = 1; loss <= 3; loss++) {
      await reconnect();
      expect(ids()).toEqual([]);
    }
    const other = client.call("other");
    await settled();
    expect(ids()).toEqual([2]);
    answer(1, "done");
    answer(2, "another");
    expect(await Promise.all([call, other])).toEqual(["done", "another"]);
    expect(repeated.mock.calls).toEqual([[0], [0], [0]]);
    await settled();
    expect(server.connection.of(Kind.CANCEL)).toEqual([]);
  });

  it("is cancelled by its id on the connection there is then", async () => {
    const { client, server, acknowledge, reconnect } = await queueing({ attempts: 1 });
    const controller = new AbortController();
    const call = client.call("report", 1, { signal: controller.signal });
    await acknowledge();
    await reconnect();
    controller.abort("enough");
    await expect(call).rejects.toBe("enough");
    await settled();
    expect(server.connection.of(Kind.CANCEL)).toEqual([[Kind.CANCEL, 1]]);
  });

  it("ends with its connection where no queue has said that it has it", async () => {
    const { client, server } = await queueing({ attempts: 1 });
    const call = client.call("report");
    await settled();
    server.connection.hangUp(1006);
    await expect(call).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  it("but that may run twice is sent again, also where the server knows nothing of the session", async () => {
    const { client, ids, acknowledge, answer, reconnect } = await queueing({ timeoutMs: 1_000, attempts: 2 }, true);
    const call = client.call("look", 1, { idempotent: true });
    await acknowledge();
    await pass(HOUR);
    await reconnect();
    expect(ids()).toEqual([2]);
    answer(2, "done");
    expect(await call).toBe("done");
  });
});

it("one that may run twice goes on where it waits to be asked for, and the session is over meanwhile", async () => {
  const { client, server, ids, acknowledge, answer, reconnect } = await queueing({}, true);
  const call = client.call("look", 1, { idempotent: true });
  await acknowledge();
  await reconnect();
  server.connection.send([Kind.ERROR, 2, "OVERLOADED", "Later.", { retryAfterMs: 5_000 }]);
  await reconnect();
  expect(ids()).toEqual([]);
  await pass(5_000);
  expect(ids()).toHaveLength(1);
  answer(ids()[0], "done");
  expect(await call).toBe("done");
});

it("one with a key of its own is asked for, though it has one attempt", async () => {
  const { client, server, acknowledge, answer, reconnect } = await queueing({ attempts: 1 });
  const call = client.call("report", 1, { key: "order 7" });
  await acknowledge();
  await reconnect();
  expect(server.connection.of(Kind.CALL).map(([, id, , , options]) => [id, options])).toEqual([
    [2, { key: "order 7" }],
  ]);
  answer(2, "done");
  expect(await call).toBe("done");
});
