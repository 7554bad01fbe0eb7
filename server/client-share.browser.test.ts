import { describe, expect, it } from "vitest";
import type { ShareOptions } from "../client/index.ts";
import { isRefusal } from "../shared/codes.ts";
import { useWorkerPages, type WorkerPage } from "./test/worker-page.ts";

const open = useWorkerPages();

/** What the page has registered. */
const MODULE = `
export const add = ({ x, y }) => x + y;
export const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms, "waited"));
export const spin = () => { for (;;); };
export const secret = () => "not for the server";
export function* count(to) {
  for (let number = 0; number < to; number++) yield number;
  return "end";
}
export function soldOut() {
  throw Object.assign(new Error("Nothing left."), { name: "AppError", code: "SOLD_OUT", details: { seats: 0 } });
}
export function broken() {
  throw new TypeError("a detail for nobody");
}
export function patient() {
  return new Promise((_, reject) => this.signal.addEventListener("abort", () => reject(this.signal.reason)));
}
`;
const FUNCTIONS = ["add", "wait", "spin", "count", "soldOut", "broken", "patient"];

/** A page that shares these functions. */
async function share(options: Omit<ShareOptions, "functions"> = {}): Promise<WorkerPage> {
  const opened = await open({}, MODULE);
  await opened.page.evaluate(
    async ([functions, its]) => {
      await globalThis.C.registerModule("/functions.mjs");
      await globalThis.C.warmUp();
      globalThis.client.share(globalThis.C, { functions, ...its });
    },
    [FUNCTIONS, options] as const,
  );
  return opened;
}

/** How a call ended: what it gave, or its code. */
const outcome = (call: Promise<unknown>) => call.catch((error) => error.code);

describe("a server that calls functions of a page's web workers", () => {
  it("is answered as by any procedure, with items, and errors that are meant for it", async () => {
    const { page, connection, problems } = await share();
    expect(await connection.call("add", { x: 1, y: 6 })).toBe(7);
    const items: unknown[] = [];
    for await (const item of connection.stream("count", 1_000)) items.push(item);
    expect(items).toEqual(Array.from({ length: 1_000 }, (_, index) => index));
    await expect(connection.call("soldOut")).rejects.toMatchObject({ code: "SOLD_OUT", details: { seats: 0 } });
    await expect(connection.call("broken")).rejects.toMatchObject({ code: "INTERNAL", details: undefined });
    await expect(connection.call("secret")).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await page.evaluate(() => globalThis.errors)).toEqual(["TypeError: a detail for nobody"]);
    expect(problems).toEqual([]);
  });

  it("may give up: what runs hears of it, and the next one is run", async () => {
    const { page, connection } = await share();
    const controller = new AbortController();
    const call = connection.call("patient", null, { signal: controller.signal });
    await expect.poll(() => page.evaluate(() => globalThis.C.stats().unanswered)).toBe(1);
    const next = connection.call("add", { x: 1, y: 1 });
    controller.abort(new Error("changed my mind"));
    await expect(call).rejects.toThrow("changed my mind");
    expect(await next).toBe(2);
    for await (const item of connection.stream("count", 1e9, { window: 8 })) if (item === 20) break;
    await expect.poll(() => page.evaluate(() => globalThis.C.stats().unanswered)).toBe(0);
    expect(await connection.call("add", { x: 2, y: 2 })).toBe(4);
  });

  it("is refused what is beyond the limits, and told when to try again", async () => {
    const { connection, page } = await share({ concurrency: 2, queue: 4, busy: 2, inputBytes: 1_000 });
    const answers = await Promise.allSettled(Array.from({ length: 30 }, () => connection.call("wait", 50)));
    const refused = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason] : []));
    expect(refused.length).toBe(24);
    expect(refused.every(({ code, details }) => isRefusal(code) && details.retryAfterMs > 0)).toBe(true);
    await expect(connection.call("add", { x: "a".repeat(2_000) })).rejects.toMatchObject({ code: "TOO_LARGE" });
    expect(await connection.call("wait", 1)).toBe("waited");
    expect(await page.evaluate(() => globalThis.errors)).toEqual([]);
  });

  it("is refused where the page has spent its time", async () => {
    const { connection } = await share({ busy: 0.01 });
    expect(await connection.call("wait", 150)).toBe("waited");
    const [refused] = await Promise.allSettled([connection.call("wait", 1)]);
    const { code, details } = (refused as PromiseRejectedResult).reason;
    expect(code).toBe("OVERLOADED");
    expect(details.retryAfterMs).toBeGreaterThan(5_000);
  });

  it("costs the page no more than its time by what never ends, while others go on", async () => {
    const { connection, page } = await share({ concurrency: 2, timeoutMs: 400, busy: 2 });
    const spinning = outcome(connection.call("spin"));
    for (let x = 0; x < 20; x++) expect(await connection.call("add", { x, y: x })).toBe(2 * x);
    expect(await spinning).toBe("TIMEOUT");
    // its web worker is replaced, and has all that it had
    const both = await Promise.all([1, 2].map((x) => connection.call("add", { x, y: 0 })));
    expect(both).toEqual([1, 2]);
    expect(await Promise.all([outcome(connection.call("spin")), outcome(connection.call("spin"))])).toEqual([
      "TIMEOUT",
      "TIMEOUT",
    ]);
    expect(await connection.call("add", { x: 3, y: 4 })).toBe(7);
    expect(await page.evaluate(() => globalThis.errors)).toEqual([]);
  });
});
