import { describe, expect, it } from "vitest";
import { type CallContext, defineApp } from "../index.ts";
import { serve, until } from "../test/test-server.ts";
import { hello, resume } from "./test/resume.ts";

/** Logs in slowly, on whatever connection: until `open` is called. */
function slowLogin() {
  const begun: string[] = [];
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const app = defineApp({
    procedures: {
      async login(user: string, { session }: CallContext) {
        begun.push(user);
        await gate;
        session.setUser(user);
        session.setTags({ role: "admin", guest: undefined });
        return "welcome";
      },
      tag: (tags: Record<string, string>, { session }: CallContext) => session.setTags(tags),
      whoami: (_: unknown, { session }: CallContext) => ({ user: session.user, tags: session.tags }),
    },
  });
  return { app, begun, open: () => open() };
}

describe("what a call says of its session after the session went on with another connection", () => {
  it("holds there too, beside what was said there meanwhile", async () => {
    const { app, begun, open } = slowLogin();
    const { connect } = await serve(app);
    const first = await connect();
    const known = await hello(first);
    await first.ask([2, 1, "tag", { guest: "yes", theme: "dark" }]);
    first.send([2, 2, "login", "ada", { key: "k" }]);
    await until(() => begun.length === 1);
    first.destroy();
    const second = await connect();
    await resume(second, known);
    await second.ask([2, 1, "tag", { room: "5" }]);
    open();
    expect(await second.ask([2, 2, "login", "ada", { key: "k" }])).toEqual([3, 2, "welcome"]);
    const me = { user: "ada", tags: { theme: "dark", role: "admin", room: "5" } };
    expect(await second.ask([2, 3, "whoami"])).toEqual([3, 3, me]);
    // and wherever it goes on next
    const third = await connect();
    expect(await resume(third, known)).toMatchObject({ user: "ada" });
    expect(await third.ask([2, 1, "whoami"])).toEqual([3, 1, me]);
    expect(begun).toEqual(["ada"]);
  });

  it("holds when it comes back, where it has no connection meanwhile", async () => {
    const { app, begun, open } = slowLogin();
    const { connect } = await serve(app);
    const first = await connect();
    const known = await hello(first);
    first.send([2, 2, "login", "ada", { key: "k" }]);
    await until(() => begun.length === 1);
    await first.close();
    open();
    await until(async () => (await resume(await connect(), known)).user === "ada");
  });
});

it("a call with a key ends with its connection where nobody can come back to it", async () => {
  const ended: string[] = [];
  const app = defineApp({
    procedures: {
      wait: (name: string, { signal }: CallContext) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            ended.push(name);
            reject(signal.reason);
          });
        }),
    },
  });
  const { connect, counters } = await serve(app);
  const [named, unnamed] = [await connect(), await connect()];
  await hello(named);
  named.send([2, 1, "wait", "goes on", { key: "k" }]);
  unnamed.send([2, 1, "wait", "ends", { key: "k" }]);
  await until(async () => (await counters()).calls === 3);
  named.destroy();
  unnamed.destroy();
  await until(() => ended.length > 0);
  expect(ended).toEqual(["ends"]);
});
