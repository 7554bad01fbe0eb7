import { describe, expect, it } from "vitest";
import { Kind } from "../shared/message.ts";
import { createMsgpackCodec } from "../shared/msgpack-codec.ts";
import { portableDeflate } from "../shared/portable-deflate.ts";
import { noise, offloading } from "./test/offloading.ts";
import { pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

const MIB = 1_048_576;
const [A, B, C] = [noise(1), noise(2), noise(3)] as const;

describe("a large deflated frame of a client that offloads", () => {
  it("is decoded by a web worker, which imports the client's code, and what follows waits for it", async () => {
    const { heard, pool, tell } = await offloading();
    expect(pool.modules).toEqual([new URL("workers/client-codec.mjs", import.meta.url).href]);
    tell("first", A, "third");
    await settled();
    expect([heard, pool.calls.map(({ name }) => name)]).toEqual([["first"], ["fugitiveDecode"]]);
    pool.calls[0]?.done();
    await settled();
    expect(heard).toEqual(["first", A, "third"]);
    tell("fourth");
    expect(heard.at(-1)).toBe("fourth");
  });

  it("does not wait for those before it to be begun, and is heard after them", async () => {
    const { heard, pool, tell } = await offloading();
    tell(A, "between", B, C);
    expect(pool.calls.length).toBe(3);
    pool.calls[2]?.done();
    pool.calls[1]?.done();
    await settled();
    expect(heard).toEqual([]);
    pool.calls[0]?.done();
    await settled();
    expect(heard).toEqual([A, "between", B, C]);
  });

  it("waits for its turn where eight are decoded already", async () => {
    const { heard, pool, tell } = await offloading();
    const all = Array.from({ length: 12 }, (_, seed) => noise(seed + 10));
    tell(...all);
    expect(pool.calls.length).toBe(8);
    for (let index = 0; index < 12; index++) {
      pool.calls[index]?.done();
      await settled();
      expect(pool.calls.length).toBe(Math.min(index + 9, 12));
    }
    expect(heard).toEqual(all);
  });

  it("counts where the connection ends before it is decoded", async () => {
    const { client, server, heard, pool, tell } = await offloading();
    tell(A, "second");
    server.connection.hangUp(1012);
    expect([heard, client.state]).toEqual([[A, "second"], "waiting"]);
    pool.calls[0]?.done();
    await settled();
    expect(heard).toEqual([A, "second"]);
    client.close();
  });

  it("is decoded so on every later connection, too", async () => {
    const { client, server, heard, pool, tell } = await offloading();
    server.connection.hangUp(1012);
    await pass(2_000);
    tell(A, "second");
    expect([server.connections.length, heard, pool.calls.length]).toEqual([2, [], 1]);
    pool.calls[0]?.done();
    await settled();
    expect(heard).toEqual([A, "second"]);
    client.close();
  });

  it("is forgotten where the client is closed", async () => {
    const { client, heard, pool, tell } = await offloading();
    tell(A, "second");
    client.close();
    pool.calls[0]?.done();
    await settled();
    expect(heard).toEqual([]);
  });
});

describe("a frame that is decoded on the page as ever", () => {
  it("is one that is small or is not deflated, unless options say otherwise", async () => {
    const { heard, pool, tell } = await offloading({ receiveBytes: 20_000 });
    tell("small", noise(1, 30_000), new Uint8Array(0));
    expect([heard.length, pool.calls.length]).toEqual([3, 0]);
    const other = await offloading({ plainBytes: 1_000, receiveBytes: 100 });
    const bytes = crypto.getRandomValues(new Uint8Array(5_000));
    other.tell(bytes);
    other.pool.calls[0]?.done();
    await settled();
    expect(other.heard).toEqual([bytes]);
  });

  it("is any after the end of it, but what was begun comes back", async () => {
    const { heard, pool, end, tell } = await offloading();
    tell(A);
    end();
    tell(B);
    expect([heard, pool.calls.length]).toEqual([[], 1]);
    pool.calls[0]?.done();
    await settled();
    expect(heard).toEqual([A, B]);
    tell(C);
    expect([heard.length, pool.calls.length]).toEqual([3, 1]);
  });

  it("is the oldest where more is held than 64 MiB", async () => {
    const { client, server, heard, pool, tell } = await offloading({ plainBytes: MIB });
    const codec = createMsgpackCodec({ deflate: portableDeflate, deflateThreshold: Number.POSITIVE_INFINITY });
    const large = codec.encode([Kind.EVENT, "news", new Uint8Array(14 * MIB)]);
    tell("first", A);
    for (let count = 0; count < 4; count++) server.connection.socket.deliver(large);
    expect(heard.length).toBe(1);
    server.connection.socket.deliver(large);
    // beside the oldest, one of these: the rest is less
    expect([heard.length, heard[1] === A, client.state]).toEqual([3, true, "open"]);
    for (const call of pool.calls) call.done();
    await settled();
    expect(heard.length).toBe(7);
  });
});
