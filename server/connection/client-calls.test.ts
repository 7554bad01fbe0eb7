import { describe, expect, it } from "vitest";
import { calledClient } from "../test/called-client.ts";
import { FORMATS } from "../test/raw-client.ts";
import { until } from "../test/test-server.ts";

describe.each(FORMATS)("a call of a client over %s", (format) => {
  it("tells its procedure, its input and its limit, and gives the answer", async () => {
    const { client, connection } = await calledClient(format);
    const answer = connection.call("confirm", { what: "this" }, { timeoutMs: 2_000 });
    expect(await client.next()).toEqual([2, 1, "confirm", { what: "this" }, { timeoutMs: 2_000 }]);
    client.send([3, 1, { yes: true }]);
    expect(await answer).toEqual({ yes: true });
  });

  it("has ten seconds unless it says otherwise, and says where it has no input", async () => {
    const { client, connection } = await calledClient(format);
    const answers = [connection.call("a"), connection.call("b", 1, { timeoutMs: Number.POSITIVE_INFINITY })];
    expect(await client.take(2)).toEqual([
      [2, 1, "a", null, { timeoutMs: 10_000, noData: true }],
      [2, 2, "b", 1, {}],
    ]);
    client.send([
      [3, 2, "second"],
      [3, 1],
    ]);
    expect(await Promise.all(answers)).toEqual([undefined, "second"]);
  });

  it("rejects with the client's error, as that says it", async () => {
    const { client, connection } = await calledClient(format);
    const answer = connection.call("buy").catch((error: unknown) => error);
    await client.next();
    client.send([4, 1, "SOLD_OUT", "Nothing left.", { seats: 0 }]);
    expect(await answer).toMatchObject({ code: "SOLD_OUT", message: "Nothing left.", details: { seats: 0 } });
  });

  it("that is answered too late, or aborted, is cancelled", async () => {
    const { run, client, connection } = await calledClient(format);
    const controller = new AbortController();
    const late = connection.call("slow", null, { timeoutMs: 30 }).catch((error: unknown) => error);
    const aborted = connection.call("slow", null, { signal: controller.signal }).catch((error: unknown) => error);
    expect(await late).toMatchObject({ code: "TIMEOUT" });
    controller.abort("enough");
    expect(await aborted).toBe("enough");
    expect((await client.take(4)).slice(2)).toEqual([
      [7, 1],
      [7, 2],
    ]);
    // what is answered all the same is ignored, and counted
    client.send([
      [3, 1, "late"],
      [4, 2, "CANCELLED", "So be it."],
    ]);
    expect(await client.settled()).toEqual([]);
    expect((await run.counters()).ignored).toBe(2);
  });

  it("rejects where the connection closes before, and at once where it has", async () => {
    const { client, connection } = await calledClient(format);
    const answer = connection.call("a", null, { timeoutMs: Number.POSITIVE_INFINITY }).catch((error: unknown) => error);
    await client.next();
    client.destroy();
    expect(await answer).toMatchObject({ code: "UNAVAILABLE" });
    await expect(connection.call("a")).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });
});

describe("a call of a client", () => {
  it("beyond those that may be in flight is refused, until one of them is over", async () => {
    const { client, connection } = await calledClient("json", { maxCalls: 2 });
    const [first, second] = [connection.call("a"), connection.call("a").catch(() => "closed")];
    await expect(connection.call("a")).rejects.toMatchObject({ code: "OVERLOADED" });
    await client.take(2);
    client.send([3, 1, "done"]);
    expect(await first).toBe("done");
    const third = connection.call("a").catch(() => "closed");
    expect(await client.next()).toMatchObject([2, 3, "a", null, {}]);
    client.destroy();
    expect(await Promise.all([second, third])).toEqual(["closed", "closed"]);
  });

  it("that cannot be sent rejects, and leaves nothing behind", async () => {
    const { client, connection } = await calledClient("msgpack", { maxCalls: 1 });
    await expect(connection.call("a", Symbol("never"))).rejects.toThrow(/encode/i);
    await expect(connection.call("")).rejects.toThrow(/procedure must be/);
    await expect(connection.call("a", 1, { timeoutMs: 0 })).rejects.toThrow(RangeError);
    await expect(connection.call("a", 1, { signal: AbortSignal.abort("before") })).rejects.toBe("before");
    expect(await client.settled()).toEqual([]);
    const answer = connection.call("a", 1);
    const [, id] = (await client.next()) as [number, number];
    client.send([3, id, 1]);
    expect(await answer).toBe(1);
  });

  it("ends well, whatever else a client sends about it", async () => {
    const { run, client, connection } = await calledClient();
    const answer = connection.call("a", 1);
    await client.next();
    client.send([
      [6, 1, "no stream"],
      [6, 9, "of nothing"],
      [3, 9, "of nothing"],
      [4, null, "ODD", "about nothing"],
      [14, ["taken", 1, 1]],
      [15, ["taken", 1, 1]],
      [3, 1, "good"],
      [3, 1, "again"],
      [4, 1, "BAD", "after the end"],
      [6, 1, "after the end"],
    ]);
    expect(await answer).toBe("good");
    expect(await client.settled()).toEqual([[15, ["taken", 1, 1]]]);
    expect(connection.open).toBe(true);
    expect((await run.counters()).ignored).toBe(6);
    expect(run.records.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("costs a connection nothing that is never called", async () => {
    const { client, connection } = await calledClient();
    client.send([3, 1, "unasked"]);
    await client.settled();
    expect(connection.clientCalls).toBeUndefined();
  });

  it("of many connections may share a signal", async () => {
    const { run, client, connection } = await calledClient();
    const others = [await run.connect(), await run.connect()];
    const controller = new AbortController();
    const answers = [1, 2, 3].map((input) => connection.call("a", input, { signal: controller.signal }));
    const settled = Promise.allSettled(answers);
    await client.take(3);
    controller.abort("enough");
    expect((await settled).map((answer) => (answer.status === "rejected" ? answer.reason : answer))).toEqual(
      Array(3).fill("enough"),
    );
    expect(await client.take(3)).toEqual([
      [7, 1],
      [7, 2],
      [7, 3],
    ]);
    await until(() => others.every((other) => other.frames.length === 0));
  });
});
