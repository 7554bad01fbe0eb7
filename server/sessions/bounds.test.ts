import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type CallContext, defineApp } from "../index.ts";
import { SessionStore } from "../primary/session-store.ts";
import { serve, until } from "../test/test-server.ts";
import { hello, resume } from "./test/resume.ts";

const app = defineApp({
  procedures: { echo: (data: unknown) => data },
  channels: { "*": {} },
});

/** What the primary is told of this. */
function told(what: "open" | "left" | "changed" | "subscribed" | "unsubscribed") {
  const spy = vi.spyOn(SessionStore.prototype, what);
  onTestFinished(() => spy.mockRestore());
  return spy;
}

describe("answers that are asked for all at once", () => {
  it("are told as far as the bus has room, and the rest later", async () => {
    const { connect } = await serve(app, { busBudget: 2_000_000, sendBudget: 64_000_000 });
    const first = await connect();
    const known = await hello(first);
    const text = "x".repeat(100_000);
    const keys = Array.from({ length: 60 }, (_, id) => id);
    for (const id of keys) await first.ask([2, id, "echo", text, { key: `${id}` }]);
    const second = await connect();
    await resume(second, known);
    let left = keys;
    let refused = 0;
    while (left.length > 0) {
      second.send(left.map((id) => [2, id, "echo", "another", { key: `${id}` }]));
      const answers = (await second.take(left.length)) as [kind: number, id: number, what: string, ...unknown[]][];
      const later = answers.filter(([kind]) => kind === 4);
      for (const answer of later) expect(answer).toMatchObject({ 2: "OVERLOADED", 4: { retryAfterMs: 100 } });
      for (const [kind, , data] of answers) if (kind === 3) expect(data === text).toBe(true);
      expect(later.length).toBeLessThan(answers.length);
      refused += later.length;
      left = later.map(([, id]) => id);
    }
    expect(refused).toBeGreaterThan(0);
  });
});

describe("the primary is not told", () => {
  it("of a session that a call asks for when its connection is gone", async () => {
    const [open, changed] = [told("open"), told("changed")];
    const begun: CallContext[] = [];
    let done = 0;
    let letGo = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const login = async (user: string, context: CallContext) => {
      begun.push(context);
      await gate;
      context.session.setUser(user);
      expect(context.session.user).toBe(user);
      done++;
    };
    const { connect, server } = await serve(defineApp({ procedures: { login } }));
    const gone = new Promise<void>((resolve) => server.on("terminated", () => resolve()));
    const client = await connect();
    client.send([2, 1, "login", "ada"]);
    await until(() => begun.length === 1);
    client.destroy();
    await gone;
    letGo();
    await until(() => done === 1);
    // what is told after would come after
    await hello(await connect());
    await until(() => open.mock.calls.length === 1);
    expect(changed).not.toHaveBeenCalled();
  });

  it("of what changes no subscription", async () => {
    const [subscribed, unsubscribed] = [told("subscribed"), told("unsubscribed")];
    const { connect } = await serve(app);
    const client = await connect();
    const known = await hello(client);
    const flood = [8, 8, 10, 10, 10, 8, 8].flatMap((kind) => [
      [kind, 1, "a"],
      [kind, 2, "b*"],
    ]);
    client.send(flood);
    await client.take(flood.length);
    const again = await connect();
    await resume(again, known);
    expect([subscribed.mock.calls.length, unsubscribed.mock.calls.length]).toEqual([4, 2]);
    again.send([11, null, "a", "hi"]);
    expect(await again.next()).toEqual([12, "a", "hi"]);
  });
});
