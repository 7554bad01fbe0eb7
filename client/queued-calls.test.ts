import { describe, expect, it, vi } from "vitest";
import { Kind } from "../shared/message.ts";
import { noise, offloading } from "./test/offloading.ts";
import { queueing } from "./test/queueing.ts";
import { pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

const HOUR = 3_600_000;

describe("a call that a queue has", () => {
  it("has all the time that it takes, whatever its own and its attempts were", async () => {
    const { client, server, ids, acknowledge, answer } = await queueing({ timeoutMs: 1_000, attempts: 2 });
    const call = client.call("report", 2026);
    await acknowledge();
    await pass(3 * HOUR);
    expect(ids()).toEqual([1]);
    answer(1, "done");
    expect(await call).toBe("done");
    await settled();
    expect(server.connection.of(Kind.CANCEL)).toEqual([]);
  });

  it("ends by its time where the queue did not take it in that", async () => {
    const { client, acknowledge } = await queueing({ timeoutMs: 1_000, attempts: 1 });
    const call = client.call("report");
    const failed = expect(call).rejects.toMatchObject({ code: "TIMEOUT", message: /1000 ms/ });
    await pass(1_000);
    await failed;
    await acknowledge();
    expect(client.ignored).toBe(1);
  });

  it("says so once, as what the queue knows it", async () => {
    const acknowledged = vi.fn();
    const { client, acknowledge, answer, reconnect } = await queueing();
    const call = client.call("report", 1, { acknowledged });
    await settled();
    expect(acknowledged).not.toHaveBeenCalled();
    await acknowledge();
    expect(acknowledged.mock.calls).toEqual([[{ job: "job-1" }]]);
    await acknowledge();
    await reconnect();
    await acknowledge();
    answer(1, "done");
    await call;
    expect(acknowledged).toHaveBeenCalledTimes(1);
  });

  it("ends with TIMEOUT where it has a time for its answer, counted from then on, and the server is told", async () => {
    const { client, server, acknowledge } = await queueing();
    const failed = expect(client.call("report", 1, { answerMs: 60_000 })).rejects.toMatchObject({
      code: "TIMEOUT",
      message: /60000 ms/,
    });
    await pass(5_000);
    await acknowledge();
    await pass(59_999);
    expect(server.connection.of(Kind.CANCEL)).toEqual([]);
    await pass(1);
    await failed;
    await settled();
    expect(server.connection.of(Kind.CANCEL)).toEqual([[Kind.CANCEL, 1]]);
    await expect(client.call("report", 1, { answerMs: 0 })).rejects.toBeInstanceOf(RangeError);
  });

  it("is cancelled by its signal", async () => {
    const { client, server, acknowledge } = await queueing();
    const controller = new AbortController();
    const call = client.call("report", 1, { signal: controller.signal });
    await acknowledge();
    controller.abort("enough");
    await expect(call).rejects.toBe("enough");
    await settled();
    expect(server.connection.of(Kind.CANCEL)).toEqual([[Kind.CANCEL, 1]]);
  });

  it("ends with the client", async () => {
    const { client, acknowledge } = await queueing();
    const call = client.call("report");
    await acknowledge();
    client.close();
    await expect(call).rejects.toMatchObject({ code: "CANCELLED" });
  });

  it("is answered by a refusal like by any other error: what did the job was too busy, and not the server", async () => {
    const { client, server, ids, acknowledge } = await queueing();
    const call = client.call("report");
    await acknowledge();
    server.connection.send([Kind.ERROR, 1, "OVERLOADED", "The printer is busy."]);
    await expect(call).rejects.toMatchObject({ code: "OVERLOADED", message: "The printer is busy." });
    await pass(60_000);
    expect(ids()).toEqual([1]);
  });

  it("may be acknowledged in any of its attempts, and answered in another", async () => {
    const { client, server, ids, acknowledge, answer } = await queueing({ timeoutMs: 1_000 });
    const call = client.call("report");
    await pass(1_000);
    await acknowledge(2);
    await pass(HOUR);
    expect(ids()).toEqual([1, 2]);
    answer(1, "done");
    expect(await call).toBe("done");
    await settled();
    expect(server.connection.of(Kind.CANCEL)).toEqual([[Kind.CANCEL, 2]]);
  });

  it("is not sent again that was refused in one attempt, and acknowledged in another", async () => {
    const { client, server, ids, acknowledge, answer, reconnect } = await queueing({ timeoutMs: 1_000 });
    const call = client.call("report");
    await pass(1_000);
    server.connection.send([Kind.ERROR, 2, "OVERLOADED", "Later.", { retryAfterMs: 1_500 }]);
    await acknowledge(1);
    await pass(HOUR);
    expect(ids()).toEqual([1, 2]);
    await reconnect();
    expect(ids()).toHaveLength(1);
    answer(1, "done");
    expect(await call).toBe("done");
  });

  it("tells how it ended like any other", async () => {
    const { client, acknowledge, answer } = await queueing();
    const outcome = vi.fn();
    client.on("call", outcome);
    const call = client.call("report");
    await acknowledge();
    await pass(HOUR);
    answer(1, "done");
    await call;
    expect(outcome.mock.calls).toEqual([[{ procedure: "report", id: 1, ms: HOUR, attempts: 1 }]]);
  });
});

describe("progress", () => {
  it("is told in order, before the answer", async () => {
    const { client, server, acknowledge, answer } = await queueing();
    const seen: unknown[] = [];
    const call = client.call("report", 1, { progress: (data) => seen.push(data) }).then((data) => seen.push(data));
    await acknowledge();
    server.connection.send([Kind.CHUNK, 1, { percent: 10 }], [Kind.CHUNK, 1, { percent: 90 }]);
    answer(1, "done");
    await call;
    server.connection.send([Kind.CHUNK, 1, { percent: 100 }]);
    expect(seen).toEqual([{ percent: 10 }, { percent: 90 }, "done"]);
    expect(client.ignored).toBe(1);
  });

  it("that nobody asked for is dropped", async () => {
    const { client, server, acknowledge, answer } = await queueing();
    const call = client.call("report");
    await acknowledge();
    server.connection.send([Kind.CHUNK, 1, { percent: 10 }]);
    answer(1, "done");
    expect([await call, client.ignored]).toEqual(["done", 0]);
  });

  it("that throws, now or later, is told as an error, and costs the call nothing", async () => {
    const { client, server, acknowledge, answer } = await queueing();
    const errors: unknown[] = [];
    client.on("error", (error) => void errors.push(error));
    const fail = (data: unknown) => {
      throw data;
    };
    const calls = [
      client.call("a", 1, { progress: fail, acknowledged: () => fail("acknowledged") }),
      client.call("b", 1, { progress: async (data) => fail(data) }),
    ];
    await acknowledge(1);
    server.connection.send([Kind.CHUNK, 1, "now"], [Kind.CHUNK, 2, "later"]);
    answer(1, "a");
    answer(2, "b");
    expect(await Promise.all(calls)).toEqual(["a", "b"]);
    await settled();
    expect(errors).toEqual(["acknowledged", "now", "later"]);
    expect(client.ignored).toBe(0);
  });

  it("is decoded in web workers where that is wanted, and keeps its place before the answer", async () => {
    const { client, server, pool } = await offloading();
    const large = noise(1);
    const seen: unknown[] = [];
    const call = client.call("report", 1, { progress: (data) => seen.push(data) }).then((data) => seen.push(data));
    await settled();
    const [[, id] = [0, 0]] = server.connection.of(Kind.CALL);
    server.connection.send([Kind.ACK, id, { job: "job-1" }], [Kind.CHUNK, id, large]);
    server.connection.send([Kind.RESULT, id, "done"]);
    await pass(1_000);
    expect([seen, pool.calls.map(({ name }) => name)]).toEqual([[], ["fugitiveDecode"]]);
    pool.calls[0]?.done();
    await call;
    expect(seen).toEqual([large, "done"]);
  });

  it("passes through middleware, as does what a queue says", async () => {
    const { client, server, acknowledge, answer } = await queueing();
    const kinds: number[] = [];
    client.use({
      onReceive: (message) => {
        kinds.push(message[0]);
        return message[0] === Kind.CHUNK ? [Kind.CHUNK, message[1], "another"] : undefined;
      },
    });
    const progress = vi.fn();
    const call = client.call("report", 1, { progress });
    await acknowledge();
    server.connection.send([Kind.CHUNK, 1, "one"]);
    answer(1, "done");
    await call;
    expect(kinds).toEqual([Kind.ACK, Kind.CHUNK, Kind.RESULT]);
    expect(progress.mock.calls).toEqual([["another"]]);
  });
});

describe("a server that asks a client to leave", () => {
  const goaway = [Kind.GOAWAY, "restart", { reconnectAfterMs: 3_000 }] as const;

  it("is left at once where queues have all calls, which are asked for after the return", async () => {
    const { client, server, ids, acknowledge, answer } = await queueing();
    const keyed = client.call("report");
    const bare = client.call("other", 1, { attempts: 1 });
    await acknowledge(1);
    await acknowledge(2);
    server.connection.send([...goaway]);
    expect(client.state).toBe("waiting");
    await pass(3_000);
    expect([client.state, ids()]).toEqual(["open", [3]]);
    answer(2, "bare");
    answer(3, "keyed");
    expect(await Promise.all([keyed, bare])).toEqual(["keyed", "bare"]);
  });

  it("is not left before a queue has what is on its way there", async () => {
    const { client, server, acknowledge } = await queueing();
    client.call("report").catch(() => {});
    await settled();
    server.connection.send([...goaway]);
    await pass(5_000);
    expect(client.state).toBe("open");
    await acknowledge();
    expect(client.state).toBe("waiting");
  });
});
