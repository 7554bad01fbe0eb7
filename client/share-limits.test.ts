import { describe, expect, it } from "vitest";
import { isRefusal } from "../shared/codes.ts";
import { Kind } from "../shared/message.ts";
import { fakePage, usePages } from "./test/fake-page.ts";
import { pass, settled, useFakeTime } from "./test/setup.ts";
import { sharing } from "./test/sharing.ts";

useFakeTime();
usePages();

/** What a refused call is answered: the code, and when to try again. */
const refusal = (answer: readonly unknown[] = []) => {
  expect(isRefusal(String(answer[2]))).toBe(true);
  return (answer[4] as { retryAfterMs: number }).retryAfterMs;
};

describe("shared calls beyond a limit", () => {
  it("of how many run wait, and beyond that of how many wait are refused", async () => {
    const { call, answers, pool } = await sharing(["later"], { concurrency: 2, queue: 3, busy: 2 });
    for (let count = 0; count < 7; count++) call("later", 100);
    await settled();
    expect([pool.calls.length, [...answers.keys()]]).toEqual([2, [6, 7]]);
    expect(refusal(answers.get(6))).toBe(1_000);
    await pass(100);
    expect(pool.calls.length).toBe(4);
    await pass(200);
    expect([1, 2, 3, 4, 5].map((id) => answers.get(id)?.[2])).toEqual(Array(5).fill("late"));
  });

  it("of an input's size are refused for good", async () => {
    const { call, answers } = await sharing(["double"], { inputBytes: 1_000 });
    const inputs = [
      "a".repeat(998),
      "a".repeat(1_001),
      new Uint8Array(1_001),
      Array(1_001).fill(null),
      Array(120).fill(1),
      Array(130).fill(1),
      { ["key".repeat(400)]: null },
      { list: [{ text: "a".repeat(900) }, new Date(0), true, 1n] },
    ];
    for (const input of inputs) {
      call("double", input);
      await settled();
    }
    const tooLarge = inputs.map((_, index) => answers.get(index + 1)?.[2] === "TOO_LARGE");
    expect(tooLarge).toEqual([false, true, true, true, false, true, true, false]);
  });

  it("of time are refused until enough of the last ten seconds has passed", async () => {
    const { call, answers } = await sharing(["later"], { busy: 0.5 });
    for (let count = 1; count <= 6; count++) {
      call("later", 1_000);
      await pass(1_000);
    }
    // five seconds have passed, and all of them were spent
    expect([answers.get(5)?.[2], refusal(answers.get(6))]).toEqual(["late", expect.any(Number)]);
    const waitMs = refusal(answers.get(6));
    expect(waitMs).toBeGreaterThan(5_000);
    expect(waitMs).toBeLessThan(5_300);
    // one second has passed since
    await pass(waitMs - 1_200);
    call("later", 1);
    await settled();
    expect(refusal(answers.get(7))).toBeLessThanOrEqual(300);
    await pass(300);
    call("later", 1);
    await pass(1);
    expect(answers.get(8)?.[2]).toBe("late");
  });

  it("of time do not count what the reader of a generator takes", async () => {
    const { call, answers, server } = await sharing(["count", "double"], { concurrency: 2, busy: 0.1 });
    call("count", 100, { window: 1 });
    await pass(9_000);
    call("double", 1);
    await settled();
    expect([server.connection.frames.length > 1, answers.get(2)?.[2]]).toEqual([true, 2]);
  });

  it("of time count what is given up, as long as it may go on", async () => {
    const { call, answers, server } = await sharing(["forever"], { busy: 0.04, concurrency: 2 });
    call("forever");
    await settled();
    server.connection.send([Kind.CANCEL, 1]);
    await pass(500);
    call("forever");
    await settled();
    expect(refusal(answers.get(2))).toBeGreaterThan(0);
  });
});

describe("a page that nobody sees", () => {
  it("begins nothing, and what has waited until then is refused too", async () => {
    const page = fakePage();
    const { call, answers } = await sharing(["later"]);
    call("later", 100);
    call("later", 100);
    await settled();
    page.hide();
    call("later", 100);
    await pass(200);
    expect(answers.get(1)?.[2]).toBe("late");
    expect([refusal(answers.get(2)), refusal(answers.get(3))]).toEqual([10_000, 10_000]);
    page.show();
    call("later", 100);
    await pass(100);
    expect(answers.get(4)?.[2]).toBe("late");
  });

  it("works on where it is to", async () => {
    const page = fakePage();
    const { call, answers } = await sharing(["double"], { whileHidden: true });
    page.hide();
    call("double", 1);
    await settled();
    expect(answers.get(1)?.[2]).toBe(2);
  });
});
