import { describe, expect, it, vi } from "vitest";
import { AppError } from "../shared/errors.ts";
import { Kind } from "../shared/message.ts";
import { pass, settled, useFakeTime } from "./test/setup.ts";
import { sharing } from "./test/sharing.ts";

useFakeTime();

describe("functions that a client shares", () => {
  it("are called by the server, by their names alone", async () => {
    const { call, answers, pool } = await sharing(["double"]);
    call("double", 21);
    call("count", 2);
    call("terminate");
    await settled();
    expect(answers.get(1)).toEqual([Kind.RESULT, 1, 42]);
    expect([answers.get(2)?.[2], answers.get(3)?.[2]]).toEqual(["NOT_FOUND", "NOT_FOUND"]);
    expect(pool.calls.map(({ name, parameters }) => [name, parameters])).toEqual([["double", [21]]]);
  });

  it("may have names of another beginning", async () => {
    const { call, answers } = await sharing(["double"], { prefix: "page." });
    call("page.double", 4);
    call("double", 4);
    await settled();
    expect([answers.get(1)?.[2], answers.get(2)?.[2]]).toEqual([8, "NOT_FOUND"]);
  });

  it("may be generators, whose items are sent as they are read", async () => {
    const { call, answers, server } = await sharing(["count"]);
    call("count", 100, { window: 4 });
    await settled();
    const items = () => server.connection.of(Kind.CHUNK).map(([, , item]) => item);
    expect(items()).toEqual([0, 1, 2, 3]);
    server.connection.send([Kind.PONG, server.connection.of(Kind.PING)[0]?.[1]]);
    await settled();
    expect(items()).toEqual([0, 1, 2, 3, 4, 5]);
    server.connection.send([Kind.CANCEL, 1]);
    await settled();
    expect([answers.get(1)?.[2], items().length]).toEqual(["CANCELLED", 6]);
  });

  it("fail as they say where that is on purpose, also by an error that lost its class on the way", async () => {
    const { call, answers, errors } = await sharing(["soldOut", "lostClass"]);
    call("soldOut");
    await settled();
    call("lostClass");
    await settled();
    expect(answers.get(1)).toEqual([Kind.ERROR, 1, "SOLD_OUT", "Nothing left.", { seats: 0 }]);
    expect(answers.get(2)).toEqual([Kind.ERROR, 2, "SOLD_OUT", "Nothing left.", { seats: 0 }]);
    expect(errors).toEqual([]);
  });

  it("fail without a detail where it is not, and the page hears of it", async () => {
    const { call, answers, errors } = await sharing(["broken"]);
    call("broken");
    await settled();
    expect(answers.get(1)?.slice(2)).toEqual(["INTERNAL", "Something went wrong on the other side."]);
    expect(errors).toEqual([new Error("a detail for nobody")]);
  });

  it("must be functions of the Centaurus's", async () => {
    const { call, answers, errors } = await sharing(["registerModule"]);
    call("registerModule", "https://evil.test/");
    await settled();
    expect([answers.get(1)?.[2], errors[0]]).toEqual(["INTERNAL", expect.any(TypeError)]);
  });

  it("are taken back, with what runs and what waits", async () => {
    const { call, answers, pool, end, client } = await sharing(["forever"]);
    call("forever");
    call("forever");
    await settled();
    end();
    call("forever");
    await settled();
    expect([1, 2, 3].map((id) => answers.get(id)?.[2])).toEqual(["UNAVAILABLE", "UNAVAILABLE", "NOT_FOUND"]);
    expect(pool.calls.map(({ options }) => options.signal?.aborted)).toEqual([true]);
    expect(client.register("forever", () => 1)).toBeTypeOf("function");
  });

  it("are refused all together where a name is taken, or a number makes no sense", async () => {
    const { client, pool } = await sharing([]);
    client.register("count", () => 1);
    const options = { functions: ["double", "count"] };
    expect(() => client.share(pool, options)).toThrow(/"count" is registered already/);
    expect(() => client.share(pool, { ...options, concurrency: 0 })).toThrow(RangeError);
    expect(() => client.share(pool, { ...options, busy: Number.NaN })).toThrow("busy cannot be NaN.");
    expect(client.share(pool, { functions: ["double"], queue: 0 })).toBeTypeOf("function");
  });
});

describe("a shared call that is given up", () => {
  it("is aborted, and keeps its turn while it may go on", async () => {
    const { call, answers, pool, server } = await sharing(["forever", "double"]);
    call("forever");
    call("double", 1);
    await settled();
    server.connection.send([Kind.CANCEL, 1]);
    await pass(499);
    expect([pool.calls[0]?.options.signal?.aborted, pool.calls.length]).toEqual([true, 1]);
    await pass(1);
    expect([answers.get(1)?.[2], answers.get(2)?.[2]]).toEqual(["CANCELLED", 2]);
  });

  it("before its turn is never begun", async () => {
    const { call, answers, pool, server } = await sharing(["forever"]);
    call("forever");
    call("forever");
    await settled();
    server.connection.send([Kind.CANCEL, 2], [Kind.CANCEL, 1]);
    await pass(1_000);
    expect([answers.get(2)?.[2], pool.calls.length]).toEqual(["CANCELLED", 1]);
  });

  it("for it took too long says so", async () => {
    const { call, answers, pool, errors } = await sharing(["forever"], { timeoutMs: 300 });
    call("forever");
    await settled();
    expect(pool.calls[0]?.options.timeoutMs).toBe(300);
    pool.calls[0]?.fail(Object.assign(new Error("too long"), { name: "CallTimeoutError" }));
    await settled();
    expect(answers.get(1)?.slice(2)).toEqual(["TIMEOUT", "It took longer than 300 ms."]);
    expect(errors).toEqual([]);
  });

  it("with the connection is aborted", async () => {
    const { call, pool, server } = await sharing(["forever"]);
    const reason = vi.fn();
    call("forever");
    await settled();
    pool.calls[0]?.options.signal?.addEventListener("abort", () => reason(pool.calls[0]?.options.signal?.reason));
    server.connection.hangUp(1006);
    await settled();
    expect(reason.mock.calls[0]?.[0]).toBeInstanceOf(AppError);
  });
});
