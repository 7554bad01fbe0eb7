import { describe, expect, it, vi } from "vitest";
import { Kind } from "../shared/message.ts";
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

  it("leaves no timer behind once it has its answer", async () => {
    const { client, acknowledge, answer } = await queueing();
    const before = vi.getTimerCount();
    const call = client.call("report", 1, { answerMs: HOUR });
    await acknowledge();
    expect(vi.getTimerCount()).toBe(before + 1);
    answer(1, "done");
    await call;
    expect(vi.getTimerCount()).toBe(before);
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
