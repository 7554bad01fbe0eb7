import { describe, expect, it, vi } from "vitest";
import { Kind } from "../shared/message.ts";
import { noise, offloading } from "./test/offloading.ts";
import { queueing } from "./test/queueing.ts";
import { pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

describe("progress of a call that a queue has", () => {
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
