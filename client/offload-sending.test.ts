import { describe, expect, it } from "vitest";
import { Kind } from "../shared/message.ts";
import type { FakeServer } from "./test/fake-server.ts";
import { noise, offloading } from "./test/offloading.ts";
import { settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

const [A, B, C] = [noise(1), noise(2), noise(3)] as const;

describe("a large frame that is sent", () => {
  const inputs = (server: FakeServer) => server.connection.of(Kind.CALL).map((message) => message[3]);

  it("is deflated by a web worker, and what is sent later goes after it", async () => {
    const { client, server, pool } = await offloading();
    client.call("a", A).catch(() => {});
    await settled();
    client.call("a", "small").catch(() => {});
    await settled();
    expect([inputs(server), pool.calls.map(({ name }) => name)]).toEqual([[], ["fugitiveFrame"]]);
    pool.calls[0]?.done();
    await settled();
    expect(inputs(server)).toEqual([A, "small"]);
    client.call("a", "at once").catch(() => {});
    await settled();
    expect(inputs(server).at(-1)).toBe("at once");
    client.close();
  });

  it("may be a batch", async () => {
    const { client, server, pool } = await offloading();
    const batch = Array.from({ length: 20 }, (_, seed) => noise(seed + 1, 1_000));
    for (const one of batch) client.call("a", one).catch(() => {});
    await settled();
    pool.calls[0]?.done();
    await settled();
    expect([inputs(server), server.connection.frames.at(-1)?.length]).toEqual([batch, 20]);
    client.close();
  });

  it("goes without a web worker that fails, as do those that follow", async () => {
    const { client, server, pool } = await offloading();
    client.call("a", A).catch(() => {});
    await settled();
    pool.calls[0]?.fail(new Error("gone"));
    await settled();
    expect(inputs(server)).toEqual([A]);
    client.call("a", B).catch(() => {});
    await settled();
    expect([inputs(server).length, pool.calls.length]).toEqual([2, 1]);
    client.close();
  });

  it("goes before the client closes", async () => {
    const { client, server, pool } = await offloading();
    client.call("a", B).catch(() => {});
    client.call("a", C).catch(() => {});
    await settled();
    expect([inputs(server), pool.calls.length]).toEqual([[], 2]);
    client.close();
    expect(inputs(server)).toEqual([B, C]);
  });

  it("is made on the page where it is smaller than options say", async () => {
    const { client, server, pool } = await offloading({ sendBytes: 50_000 });
    client.call("a", A).catch(() => {});
    await settled();
    expect([inputs(server), pool.calls]).toEqual([[A], []]);
    client.close();
  });
});

it("an option that makes no sense is refused", async () => {
  const { client, pool } = await offloading();
  expect(() => client.offload(pool, { timeoutMs: -1 })).toThrow(RangeError);
  expect(() => client.offload(pool, { receiveBytes: Number.NaN })).toThrow("receiveBytes cannot be NaN.");
  client.close();
});
