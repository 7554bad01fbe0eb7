import { describe, expect, it, vi } from "vitest";
import { AppError } from "../shared/errors.ts";
import { Kind, type ServerMessage } from "../shared/message.ts";
import type { ProcedureCall } from "./procedures.ts";
import { WELCOME } from "./test/fake-server.ts";
import { connected, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

/** A procedure that ends when nobody waits any more, and what it has seen. */
function patient() {
  const calls: ProcedureCall[] = [];
  const procedure = (_input: unknown, call: ProcedureCall) => {
    calls.push(call);
    return new Promise<never>((_resolve, reject) => {
      call.signal.addEventListener("abort", () => reject(new Error("stopped")));
    });
  };
  return { calls, procedure };
}

describe("a registered procedure", () => {
  it("is called with its input, and answers with what it returns", async () => {
    const { client, server } = await connected();
    const procedure = vi.fn((input: { x: number }, _call: ProcedureCall) => input.x + 1);
    client.register("next", procedure);
    server.connection.send([Kind.CALL, 7, "next", { x: 1 }]);
    await settled();
    expect(server.connection.of(Kind.RESULT)).toEqual([[Kind.RESULT, 7, 2]]);
    expect(procedure.mock.calls[0]?.[1].procedure).toBe("next");
  });

  it("may be async, and may return nothing", async () => {
    const { client, server } = await connected();
    client.register("later", async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
    });
    server.connection.send([Kind.CALL, 1, "later"]);
    await pass(99);
    expect(server.connection.of(Kind.RESULT)).toEqual([]);
    await pass(1);
    expect(server.connection.of(Kind.RESULT)).toEqual([[Kind.RESULT, 1]]);
    expect(client.ignored).toBe(0);
  });

  it("is known under its name until it is taken back", async () => {
    const { client, server } = await connected();
    const release = client.register("a", () => "first");
    expect(() => client.register("a", () => "second")).toThrow(/"a" is registered already/);
    release();
    client.register("a", () => "third");
    release();
    server.connection.send([Kind.CALL, 1, "a"], [Kind.CALL, 2, "b"]);
    await settled();
    expect(server.connection.of(Kind.RESULT)).toEqual([[Kind.RESULT, 1, "third"]]);
    expect(server.connection.of(Kind.ERROR)).toEqual([[Kind.ERROR, 2, "NOT_FOUND", expect.stringContaining('"b"')]]);
  });

  it("stays registered over a reconnect", async () => {
    const { client, server } = await connected();
    client.register("a", () => "still here");
    server.connection.hangUp(1006);
    await pass(2_000);
    server.connection.send([Kind.CALL, 1, "a"]);
    await settled();
    expect(server.connections).toHaveLength(2);
    expect(server.connection.of(Kind.RESULT)).toEqual([[Kind.RESULT, 1, "still here"]]);
  });
});

describe("what a procedure throws", () => {
  it("reaches the server as it is where it is an AppError", async () => {
    const { client, server } = await connected();
    const errors = vi.fn();
    client.on("error", errors);
    client.register("a", () => {
      throw new AppError("SOLD_OUT", "Nothing left.", { seats: 0 });
    });
    server.connection.send([Kind.CALL, 1, "a"]);
    await settled();
    expect(server.connection.of(Kind.ERROR)).toEqual([[Kind.ERROR, 1, "SOLD_OUT", "Nothing left.", { seats: 0 }]]);
    expect(errors).not.toHaveBeenCalled();
  });

  it("is masked where it is anything else, and told here", async () => {
    const { client, server } = await connected();
    const errors = vi.fn();
    client.on("error", errors);
    const own = new Error("a detail for nobody");
    client.register("a", () => Promise.reject(own));
    server.connection.send([Kind.CALL, 1, "a"]);
    await settled();
    expect(server.connection.of(Kind.ERROR)).toEqual([
      [Kind.ERROR, 1, "INTERNAL", expect.not.stringContaining("detail")],
    ]);
    expect(errors.mock.calls).toEqual([[own]]);
  });
});

describe("an answer that cannot be sent", () => {
  it.each([
    ["a result that cannot be encoded", () => Symbol("never"), "INTERNAL", 1],
    ["an error whose details cannot be", () => Promise.reject(new AppError("A", "a", Symbol("never"))), "INTERNAL", 1],
    ["a result larger than the server takes", () => "x".repeat(WELCOME.maxPayload), "TOO_LARGE", 0],
  ])("is an error instead: %s", async (_, procedure, code, reports) => {
    const { client, server } = await connected();
    const errors = vi.fn();
    client.on("error", errors);
    client.register("a", procedure);
    server.connection.send([Kind.CALL, 1, "a"]);
    await settled();
    expect(server.connection.of(Kind.ERROR)).toEqual([[Kind.ERROR, 1, code, expect.any(String)]]);
    expect([server.connection.of(Kind.RESULT), errors.mock.calls.length]).toEqual([[], reports]);
  });
});

describe("a call of the server's", () => {
  it("that it cancels is answered with CANCELLED at once, and its signal aborts", async () => {
    const { client, server } = await connected();
    const { calls, procedure } = patient();
    const errors = vi.fn();
    client.on("error", errors);
    client.register("a", procedure);
    server.connection.send([Kind.CALL, 1, "a"]);
    await settled();
    server.connection.send([Kind.CANCEL, 1], [Kind.CANCEL, 1], [Kind.CANCEL, 2]);
    await settled();
    expect(calls[0]?.signal.reason).toMatchObject({ code: "CANCELLED" });
    expect(server.connection.of(Kind.ERROR)).toMatchObject([[Kind.ERROR, 1, "CANCELLED", expect.any(String)]]);
    expect([client.ignored, errors.mock.calls.length]).toEqual([2, 0]);
  });

  it("cancelled in the same frame is not run", async () => {
    const { client, server } = await connected();
    const { calls, procedure } = patient();
    client.register("a", procedure);
    server.connection.send([Kind.CALL, 1, "a"], [Kind.CANCEL, 1]);
    await settled();
    expect([calls.length, server.connection.of(Kind.ERROR).length]).toEqual([0, 1]);
  });

  it("ends with TIMEOUT when the time it gave is over, and leaves no timer behind where it is answered", async () => {
    const { client, server } = await connected();
    const { calls, procedure } = patient();
    client.register("a", procedure);
    client.register("b", () => 1);
    const timers = vi.getTimerCount();
    server.connection.send([Kind.CALL, 1, "a", null, { timeoutMs: 50 }], [Kind.CALL, 2, "b", 1, { timeoutMs: 50 }]);
    await pass(49);
    expect([server.connection.of(Kind.RESULT).length, server.connection.of(Kind.ERROR).length]).toEqual([1, 0]);
    await pass(1);
    expect(server.connection.of(Kind.ERROR)).toEqual([[Kind.ERROR, 1, "TIMEOUT", expect.stringContaining("50 ms")]]);
    expect(calls[0]?.signal.reason).toMatchObject({ code: "TIMEOUT" });
    expect(vi.getTimerCount()).toBe(timers);
  });

  it("under an id in use is refused", async () => {
    const { client, server } = await connected();
    client.register("a", patient().procedure);
    server.connection.send([Kind.CALL, 1, "a"], [Kind.CALL, 1, "a"]);
    await settled();
    expect(server.connection.of(Kind.ERROR)).toMatchObject([[Kind.ERROR, 1, "BAD_REQUEST", expect.any(String)]]);
  });

  it("beyond a thousand at once is refused, until one of them is over", async () => {
    const { client, server } = await connected();
    client.register("a", patient().procedure);
    const { connection } = server;
    for (let id = 0; id <= 1_000; id++) connection.send([Kind.CALL, id, "a"]);
    await settled();
    expect(connection.of(Kind.ERROR)).toMatchObject([[Kind.ERROR, 1_000, "OVERLOADED", expect.any(String)]]);
    connection.send([Kind.CANCEL, 5]);
    await settled();
    connection.send([Kind.CALL, 1_001, "a"]);
    await settled();
    expect(connection.of(Kind.ERROR).map(([, id]) => id)).toEqual([1_000, 5]);
  });

  it("counts for as long as it runs, though nobody waits for it any more", async () => {
    const { client, server } = await connected();
    let running = 0;
    client.register("deaf", () => new Promise<never>(() => running++));
    for (const first of [0, 900]) {
      const ids = Array.from({ length: 900 }, (_, index) => first + index);
      server.connection.send(...ids.map((id): ServerMessage => [Kind.CALL, id, "deaf"]));
      await settled();
      server.connection.send(...ids.map((id): ServerMessage => [Kind.CANCEL, id]));
      await settled();
    }
    expect(running).toBe(1_000);
    const codes = server.connection.of(Kind.ERROR).map(([, , code]) => code);
    expect(codes.filter((code) => code === "OVERLOADED")).toHaveLength(800);
  });

  it("aborts where the connection is lost, and is not answered on the next one", async () => {
    const { client, server } = await connected();
    const { calls, procedure } = patient();
    client.register("a", procedure);
    client.register("slow", () => new Promise((resolve) => setTimeout(resolve, 5_000)));
    server.connection.send([Kind.CALL, 1, "a"], [Kind.CALL, 2, "slow"]);
    await settled();
    server.connection.hangUp(1006);
    expect(calls[0]?.signal.reason).toMatchObject({ code: "UNAVAILABLE" });
    await pass(6_000);
    expect(server.connections).toHaveLength(2);
    expect(server.connection.of(Kind.RESULT)).toEqual([]);
    expect(server.connection.of(Kind.ERROR)).toEqual([]);
  });

  it("whose procedure closes the client ends with it", async () => {
    const { client, server } = await connected();
    const signals: AbortSignal[] = [];
    client.register("bye", (_input, { signal }) => {
      signals.push(signal);
      client.close();
    });
    server.connection.send([Kind.CALL, 1, "bye"]);
    await settled();
    expect(signals[0]?.reason).toMatchObject({ code: "CANCELLED" });
    expect(client.state).toBe("closed");
  });
});
