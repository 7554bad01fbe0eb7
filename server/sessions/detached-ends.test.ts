import { describe, expect, it } from "vitest";
import { type CallContext, defineApp } from "../index.ts";
import type { RawMessage } from "../test/raw-client.ts";
import { serve, until } from "../test/test-server.ts";
import { hello, resume } from "./test/resume.ts";

const withKey = (id: number, procedure: string, key = `k${id}`): RawMessage => [2, id, procedure, null, { key }];

/** Calls that wait until they are let go, some of which then stream. */
function gated() {
  const gates: ((value?: unknown) => void)[] = [];
  const seen = { aborted: 0, items: 0, returned: 0 };
  async function* items() {
    try {
      for (;;) {
        seen.items++;
        yield 1;
      }
    } finally {
      seen.returned++;
    }
  }
  const app = defineApp({
    procedures: {
      wait(_: unknown, { signal }: CallContext) {
        signal.addEventListener("abort", () => seen.aborted++);
        return new Promise((resolve) => gates.push(resolve));
      },
      async items(_: unknown, { signal }: CallContext) {
        signal.addEventListener("abort", () => seen.aborted++);
        await new Promise((resolve) => gates.push(resolve));
        return items();
      },
    },
  });
  return { app, gates, seen };
}

describe("calls whose connection is gone", () => {
  it("go on, as many of a session as it may make; the others end", async () => {
    const { app, gates, seen } = gated();
    const { connect } = await serve(app, { maxCalls: 10 });
    const first = await connect();
    const known = await hello(first);
    first.send(Array.from({ length: 8 }, (_, id) => withKey(id, "wait")));
    await until(() => gates.length === 8);
    await first.close();
    const second = await connect();
    await resume(second, known);
    second.send(Array.from({ length: 8 }, (_, id) => withKey(id + 8, "wait")));
    await until(() => gates.length === 16);
    await second.close();
    await until(() => seen.aborted > 0);
    expect(seen.aborted).toBe(6);
    // those that are answered make room again, and may be asked for
    for (const gate of gates) gate("done");
    const third = await connect();
    await resume(third, known);
    expect(await third.ask(withKey(3, "wait"))).toEqual([3, 3, "done"]);
    expect(await third.ask(withKey(15, "wait"))).toMatchObject({ 0: 4, 1: 15, 2: "CONFLICT" });
    third.send(Array.from({ length: 10 }, (_, id) => withKey(id + 20, "wait")));
    await until(() => gates.length === 26);
    await third.close();
    const fourth = await connect();
    await resume(fourth, known);
    expect(seen.aborted).toBe(6);
  });

  it("are no more when their answers and the ends of their connections cross", async () => {
    const { app, gates, seen } = gated();
    const { connect } = await serve(app, { maxCalls: 10 });
    let known: Parameters<typeof resume>[1] | undefined;
    for (let round = 0; round < 30; round++) {
      const client = await connect();
      const welcome = await (known === undefined ? hello(client) : resume(client, known));
      known ??= welcome;
      client.send(Array.from({ length: 10 }, (_, id) => withKey(id, "wait", `${round} ${id}`)));
      await until(() => gates.length === 10);
      client.destroy();
      for (let turn = 0; turn < round % 6; turn++) await new Promise((resolve) => setImmediate(resolve));
      for (const gate of gates.splice(0)) gate();
      await client.closed;
    }
    expect(seen.aborted).toBe(0);
  });

  it("end where they turn out to be streams, whose generators never begin and whose keys are used up", async () => {
    const { app, gates, seen } = gated();
    const { connect } = await serve(app);
    const first = await connect();
    const known = await hello(first);
    first.send(withKey(1, "items"));
    await until(() => gates.length === 1);
    await first.close();
    expect(seen.aborted).toBe(0);
    gates[0]?.();
    await until(() => seen.aborted === 1);
    const second = await connect();
    await resume(second, known);
    expect(await second.ask(withKey(1, "items"))).toMatchObject({ 0: 4, 1: 1, 2: "CONFLICT" });
    expect(seen).toEqual({ aborted: 1, items: 0, returned: 0 });
  });
});
