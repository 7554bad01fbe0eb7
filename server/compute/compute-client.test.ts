import { afterEach, describe, expect, it, vi } from "vitest";
import { until } from "../test/test-server.ts";
import { TaskStream } from "./task-stream.ts";
import { computePlace, threadTask } from "./test/compute-hosts.ts";
import { marks } from "./test/files.ts";

const echo = threadTask("echo");
const gate = threadTask("gate");
const gateTwice = threadTask("gate", { idempotent: true });
const count = threadTask("count");
const endless = threadTask("generatesLater", { file: "cancel-tasks.mjs", idempotent: true });

afterEach(() => void vi.useRealTimers());

const UNAVAILABLE = { name: "AppError", code: "UNAVAILABLE" };

describe("a compute client", () => {
  it("tells what it needs once, before the first call, and nothing where there is no task", async () => {
    const place = computePlace();
    const { client, needed, run } = place.client();
    client.start();
    expect(needed).toEqual([]);
    client.register(echo, "heavy.echo");
    client.register(count, "heavy.count");
    client.start();
    client.start();
    expect(needed).toHaveLength(1);
    expect(needed[0]?.map(({ name }) => name)).toEqual(["heavy.echo", "heavy.count"]);
    await place.host();
    expect(await run(echo, 1)).toBe(1);
    expect(needed).toHaveLength(1);
  });

  it("runs a task that nobody registered", async () => {
    const place = computePlace();
    const { run, needed } = place.client();
    const first = run(echo, "a");
    expect(needed).toHaveLength(1);
    await place.host();
    expect(await first).toBe("a");
    expect(await run(threadTask("sum"), { left: 1, right: 2 })).toBe(3);
  });

  it("refuses to register a task without a file, by its procedure's name", () => {
    const { client } = computePlace().client();
    expect(() => client.register(threadTask("x", { file: "lost.mjs" }), "heavy.lost")).toThrow(
      /heavy\.lost.*lost\.mjs/,
    );
  });

  it("holds calls until a compute host is there", async () => {
    const place = computePlace();
    const { run } = place.client();
    const calls = [run(echo, 1), run(echo), run(echo, new Uint8Array(5))];
    await place.host();
    expect(await Promise.all(calls)).toEqual([1, undefined, Buffer.alloc(5)]);
  });

  it("holds no more than it may", async () => {
    const place = computePlace();
    const { run } = place.client({ maxHeld: 2 });
    const calls = [run(echo, 1), run(echo, 2)];
    await expect(run(echo, 3)).rejects.toMatchObject({ code: "OVERLOADED", details: { retryAfterMs: 1_000 } });
    await place.host();
    expect(await Promise.all(calls)).toEqual([1, 2]);
  });

  it("forgets a call that was cancelled while it was held", async () => {
    const place = computePlace();
    const { run } = place.client();
    const log = marks()("log");
    const abort = new AbortController();
    const call = run(threadTask("note"), { log: log.path, mark: "never" }, { signal: abort.signal });
    abort.abort(new Error("enough"));
    await expect(call).rejects.toThrow("enough");
    await expect(run(echo, 1, { signal: abort.signal })).rejects.toThrow("enough");
    await place.host();
    expect(await run(echo, 1)).toBe(1);
    expect(log.text).toBe("");
  });

  it("throws at once at what cannot be encoded, and goes on", async () => {
    const place = computePlace();
    await place.host();
    const { run } = place.client();
    expect(() => run(echo, 2n ** 80n)).toThrow("encoded");
    expect(await run(echo, 1)).toBe(1);
  });

  it("keeps two clients of one host apart", async () => {
    const place = computePlace({ computeThreads: 2 });
    await place.host();
    const [a, b] = [place.client(), place.client()];
    const calls = Array.from({ length: 50 }, (_, index) => [a.run(echo, `a${index}`), b.run(echo, `b${index}`)]).flat();
    const expected = Array.from({ length: 50 }, (_, index) => [`a${index}`, `b${index}`]).flat();
    expect(await Promise.all(calls)).toEqual(expected);
  });
});

describe("when the compute host goes away", () => {
  it("what ran fails with UNAVAILABLE, or runs once more where it may, on the next one", async () => {
    const place = computePlace({ computeThreads: 2 });
    const first = await place.host();
    const { run } = place.client();
    const mark = marks();
    const [log, again, open] = [mark("log"), mark("again"), mark("open")];
    const lost = expect(run(gate, { log: log.path, file: open.path })).rejects.toMatchObject({
      ...UNAVAILABLE,
      details: { retryAfterMs: expect.any(Number) },
    });
    const kept = run(gateTwice, { log: again.path, file: open.path });
    await until(() => log.text === "." && again.text === ".");
    await first.close();
    await lost;
    // comes while nobody is there
    const held = run(echo, "held");
    await place.host();
    expect(await held).toBe("held");
    await until(() => again.text === "..");
    open.write();
    expect(await kept).toBeTypeOf("number");
    expect(log.text).toBe(".");
  });

  it("twice, what may run once more has run once more already", async () => {
    const place = computePlace();
    const { run } = place.client();
    const mark = marks();
    const [log, open] = [mark("log"), mark("open")];
    const call = run(gateTwice, { log: log.path, file: open.path });
    const failed = expect(call).rejects.toMatchObject(UNAVAILABLE);
    for (const text of [".", ".."]) {
      const host = await place.host();
      await until(() => log.text === text);
      await host.close();
    }
    await failed;
  });

  it("a stream ends behind the items that had come, and is not begun again", async () => {
    const place = computePlace();
    const host = await place.host();
    const log = marks()("log");
    const stream = await place.client().run(endless, { log: log.path });
    if (!(stream instanceof TaskStream)) return expect.unreachable();
    await stream.next();
    await host.close();
    const rest = async () => {
      for (;;) await stream.next();
    };
    await expect(rest()).rejects.toMatchObject(UNAVAILABLE);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it("for more than five seconds, those who wait are told, and calls refused at once, until it is back", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const place = computePlace();
    const host = await place.host();
    const { run } = place.client();
    expect(await run(echo, 1)).toBe(1);
    const lost = expect(run(gate, { file: marks()("open").path })).rejects.toMatchObject(UNAVAILABLE);
    await host.close();
    await lost;
    vi.advanceTimersByTime(4_999);
    const held = expect(run(echo, "held")).rejects.toMatchObject(UNAVAILABLE);
    vi.advanceTimersByTime(2);
    await held;
    await expect(run(echo, 2)).rejects.toMatchObject({ ...UNAVAILABLE, details: { retryAfterMs: 1_000 } });
    await place.host();
    await vi.waitUntil(async () => (await run(echo, 3).catch(() => undefined)) === 3);
  });
});

describe("a compute client that is closed", () => {
  it("tells all who wait, and all who come, that the server goes down", async () => {
    const place = computePlace();
    const { client, run } = place.client();
    const held = run(echo, 1);
    client.close();
    await expect(held).rejects.toMatchObject(UNAVAILABLE);
    await expect(run(echo, 2)).rejects.toMatchObject(UNAVAILABLE);
  });

  it("leaves nothing running in the host", async () => {
    const place = computePlace();
    const host = await place.host();
    const { client, run } = place.client();
    const mark = marks();
    const log = mark("log");
    const calls = [run(gate, { log: log.path, file: mark("never").path }), run(echo, 1)];
    const failed = Promise.all(calls.map((call) => expect(call).rejects.toMatchObject(UNAVAILABLE)));
    await until(() => log.text === ".");
    client.close();
    await failed;
    await until(() => host.report().running === 0 && host.report().queued === 0);
    expect(await place.client().run(echo, "other")).toBe("other");
  });
});
