import { describe, expect, it } from "vitest";

const load = (file: string) => import(new URL(file, import.meta.url).href);
const { parseFlow } = await load("flow.mjs");

const flow = (...steps: unknown[]) => parseFlow(steps, "scenario a");

describe("a flow", () => {
  it("does its loops so often, one turn after the other", async () => {
    const waits: unknown[] = [];
    const user = {
      context: {
        vars: { turns: 2 } as Record<string, unknown>,
        funcs: { $seen: () => waits.push(user.context.vars.$loopCount) && 0 },
      },
      phase: "ramp",
      tellBytes: () => {},
    };
    const { run } = flow({ loop: [{ loop: [{ think: "{{ $seen() }}ms" }], count: 3 }], count: "{{ turns }}" });
    await run(user);
    expect(waits).toEqual([0, 1, 2, 0, 1, 2]);
  });

  it("leaves out what is for another phase", async () => {
    const done: string[] = [];
    const funcs = { $do: (name: string) => done.push(name) && "0ms" };
    const { run } = flow(
      { think: "{{ $do(always) }}" },
      { think: "{{ $do(ramp) }}", during: "ramp" },
      { loop: [{ think: "{{ $do(heavy) }}" }], count: 1, during: ["heavy", "spike"] },
    );
    for (const phase of ["ramp", "heavy"]) await run({ context: { vars: {}, funcs }, phase, tellBytes: () => {} });
    expect(done).toEqual(["always", "ramp", "always", "heavy"]);
  });

  it("says where it failed, and does nothing more", async () => {
    const { run } = flow({ think: 0 }, { loop: [{ think: 0 }, { think: "{{ gone }}" }], count: 2 });
    await expect(run({ context: { vars: {} }, tellBytes: () => {} })).rejects.toThrow(
      "scenario a, step 2 (loop) 2 (think): there is no variable gone",
    );
  });

  it("begins with what the user connects to, and who it is", () => {
    const { connect } = flow({ connect: { token: "{{ token }}", target: "ws://{{ host }}" } }, { think: 0 });
    expect(connect({ vars: { token: "t", host: "h" } })).toEqual({ token: "t", target: "ws://h" });
    expect(flow({ think: 0 }).connect({ vars: {} })).toEqual({});
  });

  it.each([
    [[], "scenario a: needs a flow"],
    [["think"], "scenario a, step 1: is no step"],
    [[{ thnk: 1 }], "scenario a, step 1 (thnk): is no step; there are call, stream,"],
    [[{ constructor: 1 }], "is no step; there are"],
    [[{ call: "a", send: "b" }], "scenario a, step 1: needs one of"],
    [[{ during: "a" }], "scenario a, step 1: needs one of"],
    [[{ think: 0 }, { connect: {} }], "connect has to be the first step"],
    [[{ connect: { tokn: "a" } }, { think: 0 }], "scenario a, connect: does not know tokn, only target, token."],
    [[{ call: "a", count: 2 }], "step 1 (call): has a count"],
    [[{ call: { input: 1 } }], "step 1 (call): needs procedure"],
    [[{ call: { procedure: "a", inputs: 1 } }], "step 1 (call): does not know inputs"],
    [[{ call: { procedure: "a", timeoutMs: "1s" } }], "timeoutMs has to be a number of milliseconds"],
    [[{ call: { procedure: "a", attempts: 0 } }], "attempts has to be a whole number from 1 to 100"],
    [[{ call: { procedure: "a", idempotent: "no" } }], "idempotent has to be true or false"],
    [[{ publish: "a" }], "step 1 (publish): needs fields: channel, data"],
    [[{ subscribe: { channel: "a", sentAt: "$..at" } }], "is no path"],
    [[{ expectPublications: { channel: "a", count: 1.5 } }], "count has to be a whole number"],
    [[{ loop: [], count: 1 }], "step 1 (loop): needs a list of steps"],
    [[{ loop: [{ think: 0 }] }], "step 1 (loop): count has to be a whole number from 1 to 1000000"],
    [[{ loop: [{ think: 0 }], count: 1_000_001 }], "count has to be a whole number"],
    [[{ think: 0, during: 5 }], "during has to be the name of a phase"],
  ])("is refused where it makes no sense, with the step: %j", (steps, problem) => {
    expect(() => flow(...steps)).toThrow(problem);
  });

  it("has no more loops within loops than a test has time for", () => {
    let step: object = { think: 0 };
    for (let depth = 0; depth < 9; depth++) step = { loop: [step], count: 1 };
    expect(() => flow(step)).toThrow("is deeper than 8 loops");
  });
});
