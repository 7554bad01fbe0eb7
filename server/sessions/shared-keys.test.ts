import { describe, expect, it, onTestFinished, vi } from "vitest";
import { AppError, defineApp } from "../index.ts";
import { KeptAnswers } from "../primary/kept-answers.ts";
import { FORMATS, type RawMessage } from "../test/raw-client.ts";
import { serve, until } from "../test/test-server.ts";
import { hello, resume } from "./test/resume.ts";

const withKey = (id: number, procedure: string, key = "k", data: unknown = null): RawMessage => [
  2,
  id,
  procedure,
  data,
  { key },
];

/** Procedures that wait until they are let go, one after the other. */
function gated() {
  const gates: ((answer: unknown) => void)[] = [];
  const app = defineApp({
    procedures: {
      wait: () =>
        new Promise((resolve, reject) =>
          gates.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer))),
        ),
      refuse: () => {
        gates.push(() => undefined);
        throw new AppError("OVERLOADED");
      },
      echo: (data: unknown) => data,
    },
  });
  return { app, gates };
}

describe.each(FORMATS)("calls of one connection with one key, over %s", (format) => {
  it("get one answer, however large, and the primary is asked once, though they are cancelled and come again", async () => {
    const { app, gates } = gated();
    const asked = vi.spyOn(KeptAnswers.prototype, "claim");
    onTestFinished(() => asked.mockRestore());
    const client = await (await serve(app, { busBudget: 4_000_000, sendBudget: 64_000_000 })).connect({ format });
    await hello(client);
    client.send(Array.from({ length: 100 }, (_, id) => withKey(id, "wait")));
    await until(() => gates.length === 1);
    client.send(Array.from({ length: 200 }, (_, count) => (count % 2 === 0 ? withKey(100, "wait") : [7, 100])));
    for (const answer of await client.take(100)) expect(answer).toMatchObject({ 1: 100, 2: "CANCELLED" });
    const huge = "x".repeat(200_000);
    gates[0]?.(huge);
    const answers = (await client.take(100)) as [kind: number, id: number, data: string][];
    expect(answers.map(([kind, id]) => [kind, id])).toEqual(Array.from({ length: 100 }, (_, id) => [3, id]));
    expect(answers.every(([, , data]) => data === huge)).toBe(true);
    expect([gates.length, asked.mock.calls.length]).toEqual([1, 1]);
  });

  it("get it though it is too large to be kept", async () => {
    const { app, gates } = gated();
    const client = await (await serve(app, { answerBudget: 64_000 })).connect({ format });
    await hello(client);
    client.send([withKey(1, "wait"), withKey(2, "wait")]);
    await until(() => gates.length === 1);
    const huge = "x".repeat(1_100);
    gates[0]?.(huge);
    expect(await client.take(2)).toEqual([
      [3, 1, huge],
      [3, 2, huge],
    ]);
    expect(await client.ask(withKey(3, "wait"))).toMatchObject({ 0: 4, 1: 3, 2: "CONFLICT" });
  });

  it("take over from one another after refusals, in the order they came, but for those that do not want to any more", async () => {
    const { app, gates } = gated();
    const client = await (await serve(app)).connect({ format });
    await hello(client);
    client.send([1, 2, 3, 4].map((id) => withKey(id, "wait")));
    client.send([7, 2]);
    expect(await client.next()).toMatchObject({ 0: 4, 1: 2, 2: "CANCELLED" });
    await until(() => gates.length === 1);
    gates[0]?.(new AppError("RATE_LIMITED"));
    expect(await client.next()).toMatchObject({ 0: 4, 1: 1, 2: "RATE_LIMITED" });
    await until(() => gates.length === 2);
    client.send(withKey(5, "wait"));
    gates[1]?.("done");
    const answers = await client.take(3);
    expect(answers.sort()).toEqual([3, 4, 5].map((id) => [3, id, "done"]));
  });

  it("are refused one after the other though they are many, and each of them ran", async () => {
    const { app, gates } = gated();
    const client = await (await serve(app)).connect({ format });
    await hello(client);
    client.send(Array.from({ length: 1_000 }, (_, id) => withKey(id, "refuse")));
    const answers = await client.take(1_000);
    for (const answer of answers) expect(answer).toMatchObject({ 0: 4, 2: "OVERLOADED" });
    expect(gates).toHaveLength(1_000);
    expect(await client.ask(withKey(7, "echo", "k", "free"))).toEqual([3, 7, "free"]);
  });
});

describe("a session that asks for the keys of calls that run elsewhere", () => {
  it("is refused beyond maxCalls, though it cancels what it asks, until the primary has answered", async () => {
    const { app } = gated();
    const client = await (await serve(app, { maxCalls: 10 })).connect();
    await hello(client);
    const messages = Array.from({ length: 15 }, (_, id) => [withKey(id, "echo", `k${id}`), [7, id]]).flat();
    client.send([...messages, withKey(20, "echo", "k3", "joins")]);
    const codes = ((await client.take(16)) as unknown[][]).map(([, id, code]) => [id, code]);
    for (let id = 0; id < 10; id++) expect(codes).toContainEqual([id, "CANCELLED"]);
    for (let id = 10; id < 15; id++) expect(codes).toContainEqual([id, "OVERLOADED"]);
    expect(codes).toContainEqual([20, "joins"]);
    expect(await client.ask(withKey(21, "echo", "k12", "again"))).toEqual([3, 21, "again"]);
  });
});

describe("a call that waits for one with its key", () => {
  it("on the connection that the session went on with gets the answer of the one whose connection is gone", async () => {
    const { app, gates } = gated();
    const { connect } = await serve(app);
    const first = await connect();
    const known = await hello(first);
    first.send([withKey(1, "wait"), withKey(2, "wait")]);
    await until(() => gates.length === 1);
    first.destroy();
    const second = await connect();
    await resume(second, known);
    second.send([withKey(3, "wait"), withKey(4, "wait")]);
    await second.settled();
    gates[0]?.("late");
    expect(await second.take(2)).toEqual([
      [3, 3, "late"],
      [3, 4, "late"],
    ]);
    expect(gates).toHaveLength(1);
  });
});
