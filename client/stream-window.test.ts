import { describe, expect, it } from "vitest";
import { Kind, type ServerMessage } from "../shared/message.ts";
import type { FakeConnection } from "./test/fake-server.ts";
import { connected, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

/** Sends items and then a question how far the reader is. */
function sendItems(connection: FakeConnection, from: number, to: number): void {
  const chunks = Array.from({ length: to - from + 1 }, (_, n): ServerMessage => [Kind.CHUNK, 1, from + n]);
  connection.send(...chunks, [Kind.PING, ["taken", 1, to]]);
}

/** A stream whose first item has been asked for. */
async function reading(options: { window?: number } = {}) {
  const { client, server } = await connected();
  const stream = client.stream("numbers", undefined, options);
  const first = stream.next();
  await settled();
  const { connection } = server;
  return { client, connection, stream, first, pongs: () => connection.of(Kind.PONG).map(([, echo]) => echo) };
}

describe("a stream with a window", () => {
  it("tells the server how many items it wants to have before it", async () => {
    const { connection } = await reading({ window: 10 });
    expect(connection.of(Kind.CALL)).toEqual([[Kind.CALL, 1, "numbers", null, { window: 10, noData: true }]]);
  });

  it("tells nothing of a window without end", async () => {
    const { connection } = await reading({ window: Number.POSITIVE_INFINITY });
    expect(connection.of(Kind.CALL)).toEqual([[Kind.CALL, 1, "numbers"]]);
  });

  it("answers how far its reader is when that is so far, and not before", async () => {
    const { connection, stream, first, pongs } = await reading();
    sendItems(connection, 1, 2);
    sendItems(connection, 3, 4);
    await first;
    await settled();
    expect(pongs()).toEqual([]);
    await stream.next();
    await settled();
    expect(pongs()).toEqual([["taken", 1, 2]]);
    await stream.next();
    await settled();
    expect(pongs()).toHaveLength(1);
    await stream.next();
    await settled();
    expect(pongs()).toEqual([
      ["taken", 1, 2],
      ["taken", 1, 4],
    ]);
  });

  it("answers at once where its reader waits already", async () => {
    const { connection, first, pongs } = await reading();
    sendItems(connection, 1, 1);
    await settled();
    expect(await first).toEqual({ done: false, value: 1 });
    expect(pongs()).toEqual([["taken", 1, 1]]);
  });

  it.each([
    ["an end", (connection: FakeConnection) => connection.send([Kind.RESULT, 1, "end"])],
    ["an error", (connection: FakeConnection) => connection.send([Kind.ERROR, 1, "BROKEN", "Broken."])],
  ])("answers what it held back when it has come to %s", async (_, end) => {
    const { connection, pongs } = await reading();
    sendItems(connection, 1, 5);
    end(connection);
    await settled();
    expect(pongs()).toEqual([["taken", 1, 5]]);
    connection.send([Kind.PING, ["taken", 1, 5]]);
    await settled();
    expect(pongs()).toHaveLength(2);
  });

  it("answers what it held back when its reader leaves", async () => {
    const { connection, stream, pongs } = await reading();
    sendItems(connection, 1, 5);
    await stream.return(undefined);
    await settled();
    expect(pongs()).toEqual([["taken", 1, 5]]);
    expect(connection.of(Kind.CANCEL)).toHaveLength(1);
  });

  it("holds back nothing that makes no sense, and nothing of other streams", async () => {
    const { client, connection, pongs } = await reading();
    sendItems(connection, 1, 5);
    const odd = [["taken", 1, 6], ["taken", 1, 2.5], ["taken", 1, "2"], ["taken", 1], ["taken", 2, 1], ["taken"]];
    for (const echo of odd) connection.send([Kind.PING, echo]);
    connection.send([Kind.PING, "other"]);
    await settled();
    expect(pongs()).toEqual([...odd, "other"]);
    expect(client.ignored).toBe(0);
  });

  it("holds nothing for a connection that is gone", async () => {
    const { connection, stream, first } = await reading();
    sendItems(connection, 1, 5);
    await first;
    connection.hangUp(1006);
    for (let number = 2; number <= 5; number++) expect((await stream.next()).value).toBe(number);
    await expect(stream.next()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(connection.of(Kind.PONG)).toEqual([]);
  });
});
