import { describe, expect, it } from "vitest";
import { calledClient } from "../test/called-client.ts";
import { FORMATS, type RawMessage } from "../test/raw-client.ts";

/** Items of a stream, as a client sends them. */
function chunks(from: number, to: number): RawMessage[] {
  return Array.from({ length: to - from + 1 }, (_, index) => [6, 1, from + index]);
}

describe.each(FORMATS)("a stream of a client over %s", (format) => {
  it("is called when its first item is asked for; it gives the items and the return value", async () => {
    const { client, connection } = await calledClient(format);
    const stream = connection.stream("numbers", 2);
    expect(await client.settled()).toEqual([]);
    const first = stream.next();
    expect(await client.next()).toEqual([2, 1, "numbers", 2, { window: 256 }]);
    client.send([...chunks(1, 2), [3, 1, "end"]]);
    expect([await first, await stream.next(), await stream.next()]).toEqual([
      { done: false, value: 1 },
      { done: false, value: 2 },
      { done: true, value: "end" },
    ]);
  });

  it("answers how far its reader is when that is so far", async () => {
    const { client, connection } = await calledClient(format);
    const stream = connection.stream("numbers", 1, { window: 4, timeoutMs: 5_000 });
    const first = stream.next();
    expect(await client.next()).toEqual([2, 1, "numbers", 1, { timeoutMs: 5_000, window: 4 }]);
    client.send([...chunks(1, 2), [14, ["taken", 1, 2]], ...chunks(3, 4), [14, ["taken", 1, 4]]]);
    await first;
    expect(await client.settled()).toEqual([]);
    await stream.next();
    expect(await client.next()).toEqual([15, ["taken", 1, 2]]);
    await stream.next();
    expect(await client.settled()).toEqual([]);
    await stream.return(undefined);
    expect(await client.take(2)).toEqual([
      [7, 1],
      [15, ["taken", 1, 4]],
    ]);
  });

  it("is cancelled where its reader leaves, and throws the client's error where that ends it", async () => {
    const { client, connection } = await calledClient(format);
    const reading = (async () => {
      for await (const item of connection.stream("numbers", null)) return item;
      return undefined;
    })();
    await client.next();
    client.send([6, 1, "only"]);
    expect(await reading).toBe("only");
    expect(await client.next()).toEqual([7, 1]);
    const next = connection.stream("numbers").next();
    expect(await client.next()).toEqual([2, 2, "numbers", null, { window: 256, noData: true }]);
    client.send([4, 2, "BROKEN", "Broken."]);
    await expect(next).rejects.toMatchObject({ code: "BROKEN" });
  });
});

describe("a stream of a client", () => {
  it("that keeps to no window is given up when too much waits for its reader", async () => {
    const { client, connection } = await calledClient();
    const stream = connection.stream("flood");
    const first = stream.next();
    await client.next();
    client.send(chunks(1, 1_002));
    expect(await client.next()).toEqual([7, 1]);
    client.send(chunks(1_003, 2_000));
    await client.settled();
    expect(await first).toEqual({ done: false, value: 1 });
    let last: unknown;
    const reading = (async () => {
      for await (const item of stream) last = item;
    })();
    await expect(reading).rejects.toMatchObject({ code: "OVERLOADED" });
    expect(last).toBe(1_001);
    expect(connection.open).toBe(true);
  });

  it("holds back no more questions than it has items, whatever they ask", async () => {
    const { client, connection } = await calledClient();
    const stream = connection.stream("odd");
    const first = stream.next();
    await client.next();
    client.send(chunks(1, 3));
    await first;
    const questions: RawMessage[] = [];
    for (const count of [0, 1, 1.5, 3, 3, 2, 4, -1, "2", null]) questions.push([14, ["taken", 1, count]]);
    client.send(questions);
    const answered = (await client.settled()) as [number, [string, number, unknown]][];
    // 1 is taken already; 3 waits, once
    expect(answered.map(([, [, , count]]) => count)).toEqual([0, 1, 1.5, 3, 2, 4, -1, "2", null]);
    await stream.next();
    await stream.next();
    expect(await client.next()).toEqual([15, ["taken", 1, 3]]);
  });

  it("has ten seconds for its first item only, and a limit as a whole where it says so", async () => {
    const { client, connection } = await calledClient();
    const stream = connection.stream("slow", null, { timeoutMs: 60 });
    const first = stream.next();
    await client.next();
    client.send(chunks(1, 1));
    await first;
    await expect(stream.next()).rejects.toMatchObject({ code: "TIMEOUT" });
    expect(await client.next()).toEqual([7, 1]);
  });

  it("throws where the connection closes, after what came before, and at once where it has closed", async () => {
    const { client, connection } = await calledClient();
    const stream = connection.stream("numbers");
    const first = stream.next();
    await client.next();
    client.send(chunks(1, 2));
    await client.settled();
    await client.close();
    expect([await first, await stream.next()].map(({ value }) => value)).toEqual([1, 2]);
    await expect(stream.next()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await expect(connection.stream("numbers").next()).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });
});
