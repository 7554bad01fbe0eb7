import { describe, expect, it } from "vitest";
import { useWorkerPages } from "./test/worker-page.ts";

const open = useWorkerPages();

/** What a record is like in a list of many. */
const rows = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => {
    const id = from + index;
    return {
      id,
      name: `fox ${(id * 7_919) % 10_007}`,
      score: Math.sin(id),
      tags: [`t${id % 7}`, null],
      odd: id % 2 === 1,
    };
  });
const SMALL = { small: true };
/** The main thread's own code for what web workers do here. */
const OWN = "/client-deflate.mjs";
const CODEC = "/client-codec.mjs";

/** Large ones and small ones, in turn, each in a frame of its own. */
async function* mixed() {
  for (let from = 0; from < 12; from++) {
    yield rows(from, from % 3 === 0 ? 3_000 : 2_000);
    yield SMALL;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return "end";
}

/** Reads all of a stream in the page. */
const READ = async () => {
  const items: unknown[] = [];
  const stream = globalThis.client.stream("mixed");
  let step = await stream.next();
  for (; step.done !== true; step = await stream.next()) items.push(step.value);
  return JSON.stringify([items, step.value]);
};

describe("a page that offloads", () => {
  it("has large frames inflated, decoded and deflated in web workers, in their order", async () => {
    const { page, fetched, sent, received, problems } = await open({ mixed, echo: (data: unknown) => data });
    await page.evaluate(() => void globalThis.client.offload(globalThis.C));
    await expect.poll(() => fetched.filter((path) => path === CODEC).length).toBeGreaterThan(0);
    // once a web worker has it, it answers: what was asked before waits for that
    await page.evaluate(() => globalThis.C.warmUp());
    const expected: unknown[] = [];
    for await (const item of mixed()) expected.push(item);
    expect(JSON.parse(await page.evaluate(READ))).toEqual([expected, "end"]);
    expect(received.filter((deflated) => deflated).length).toBeGreaterThanOrEqual(12);
    const data = rows(0, 2_000);
    expect(await page.evaluate((input) => globalThis.client.call("echo", input), data)).toEqual(data);
    expect(sent.at(-1)).toBe(true);
    // nothing of it was done by the page, which has not even fetched what it would take
    expect(fetched).not.toContain(OWN);
    expect([await page.evaluate(() => globalThis.errors), problems]).toEqual([[], []]);
  });

  it("goes on by itself where its web workers end", async () => {
    const { page, fetched } = await open({ mixed });
    await page.evaluate(() => void globalThis.client.offload(globalThis.C));
    await expect.poll(() => fetched.includes(CODEC)).toBe(true);
    await page.evaluate(() => globalThis.C.warmUp());
    await page.evaluate(() => globalThis.C.terminate());
    const [items, end] = JSON.parse(await page.evaluate(READ));
    expect([items.length, items[0].length, end]).toEqual([24, 3_000, "end"]);
    expect(fetched).toContain(OWN);
    expect(await page.evaluate(() => globalThis.errors)).toEqual([expect.stringContaining("It was terminated.")]);
  });

  it("tells where the code for its web workers is missing, and goes on without them", async () => {
    const { page, fetched } = await open({ mixed });
    await page.evaluate(() => void globalThis.client.offload(globalThis.C, { url: "/missing.mjs" }));
    await page.waitForFunction(() => globalThis.errors.length > 0);
    const [items] = JSON.parse(await page.evaluate(READ));
    expect([items.length, fetched.includes(OWN)]).toEqual([24, true]);
    expect(await page.evaluate(() => globalThis.errors)).toEqual([expect.stringContaining("/missing.mjs")]);
  });
});
