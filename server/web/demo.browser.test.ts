import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, openPage } from "../test/browser.ts";
import { type DemoServer, startDemoServer } from "../test/demo-server.ts";

const WORKERS = 2;
/** With two workers that are dealt in turn one is enough, unless the browser opens connections of its own between. */
const MOST_RECONNECTS = 6;

let server: DemoServer;
let browser: Browser;
let contexts: BrowserContext[] = [];
/** Of all pages of the test at hand. */
let problems: string[][] = [];

beforeAll(async () => {
  browser = await launchBrowser();
  server = await startDemoServer(WORKERS);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

afterEach(async () => {
  const found = problems.flat();
  for (const context of contexts) await context.close();
  contexts = [];
  problems = [];
  expect(found).toEqual([]);
});

/** A page of the demo that is connected and ready to be used. */
async function openDemo(): Promise<Page> {
  const opened = await openPage(browser, server.url);
  contexts.push(opened.context);
  problems.push(opened.problems);
  const { page } = opened;
  await page.locator("#state", { hasText: /^open$/ }).waitFor();
  await page.locator("#pid", { hasText: /^pid \d+$/ }).waitFor();
  await page.locator("#procedure option", { hasText: "math.add" }).waitFor({ state: "attached" });
  return page;
}

async function call(page: Page, procedure: string, input?: string): Promise<void> {
  await page.getByRole("combobox", { name: "Procedure" }).selectOption(procedure);
  if (input !== undefined) await page.getByLabel("Input").fill(input);
  await page.getByRole("button", { name: "Call", exact: true }).click();
}

const answerLine = (page: Page, text: string | RegExp) => page.locator("#answer-line", { hasText: text }).waitFor();

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel("Text").fill(text);
  await page.getByLabel("Text").press("Enter");
}

const chatTexts = (page: Page) => page.locator("#chat-log .text").allTextContents();

/** Presses the button, and waits for the worker that comes of it. */
async function reconnect(page: Page): Promise<void> {
  const before = await page.locator("#dealt li").count();
  await page.getByRole("button", { name: "Reconnect" }).click();
  await page.locator("#dealt li").nth(before).waitFor();
  await page.locator("#pid", { hasText: /^pid \d+$/ }).waitFor();
}

describe("the demo page", () => {
  it("connects, and shows its socket worker and the time of a round trip", async () => {
    const page = await openDemo();
    expect(await page.locator("#worker").textContent()).toMatch(/^worker [12]$/);
    await page.locator("#round-trip", { hasText: /^\d+(\.\d)? ms$/ }).waitFor();
  });

  it("calls a procedure and shows what it answers", async () => {
    const page = await openDemo();
    await call(page, "math.add", '{ "x": 40, "y": 2 }');
    await answerLine(page, /^answered in \d/);
    expect(await page.locator("#answer-value").textContent()).toBe("42");
    expect(await page.locator("#snippet").textContent()).toBe('await client.call("math.add", { "x": 40, "y": 2 });');
  });

  it("shows an error with its code and in plain words", async () => {
    const page = await openDemo();
    await call(page, "math.div");
    await answerLine(page, /^BAD_REQUEST: Nothing can be divided by zero\.$/);
    expect(await page.locator("#answer-value").textContent()).toBe("");
  });

  it("says of input that is no JSON that nothing was sent", async () => {
    const page = await openDemo();
    await call(page, "math.add", "{ x: 1 }");
    await answerLine(page, /^NO_JSON: Not sent: /);
  });

  it("shows the items of a streaming procedure, the newest 200 of many", async () => {
    const page = await openDemo();
    await call(page, "test.count", "3");
    await answerLine(page, /^3 items and an answer in /);
    expect(await page.locator("#answer-items li").allTextContents()).toEqual(["1", "2", "3"]);
    await call(page, "test.count", "1000");
    await answerLine(page, /^1,000 items and an answer in /);
    const items = await page.locator("#answer-items li").allTextContents();
    expect([items.length, items[0], items.at(-1)]).toEqual([200, "801", "1000"]);
    expect(await page.locator("#answer-value").textContent()).toBe("returned 1000");
  });

  it("cancels a stream that is under way, and a call that has not answered", async () => {
    const page = await openDemo();
    const cancel = page.getByRole("button", { name: "Cancel" });
    await call(page, "test.count", "1000000");
    await answerLine(page, "so far");
    await cancel.click();
    await answerLine(page, "CANCELLED: You cancelled it.");
    expect(await page.locator("#answer-value").textContent()).toMatch(/^after [\d,]+ items in /);
    await call(page, "test.delay", "60000");
    await answerLine(page, "is running");
    await cancel.click();
    await answerLine(page, "CANCELLED: You cancelled it.");
    expect(await cancel.isDisabled()).toBe(true);
  });

  it("carries a chat between pages on different workers, each line once", async () => {
    const [one, two] = [await openDemo(), await openDemo()];
    const workerOf = (page: Page) => page.locator("#worker").textContent();
    for (let tries = 0; (await workerOf(one)) === (await workerOf(two)); tries++) {
      expect(tries).toBeLessThan(MOST_RECONNECTS);
      await reconnect(two);
    }
    // lines of one channel come in one order, so that the last one proves that no second copy is on its way
    const lines = ["Is anybody there?", '<img src="x" onerror="console.error(1)">', "Goodbye."];
    for (const line of lines) await say(one, line);
    for (const page of [one, two]) {
      await page.locator("#chat-log .text", { hasText: "Goodbye." }).waitFor();
      expect(await chatTexts(page)).toEqual(lines);
      expect(await page.locator("#chat-log .worker").first().textContent()).toBe(await workerOf(one));
      expect(await page.locator("#chat-log img").count()).toBe(0);
    }
    expect(await one.locator("#chat-log li.own").count()).toBe(3);
    expect(await two.locator("#chat-log li.own").count()).toBe(0);
    await say(two, "Still here.");
    await one.locator("#chat-log .text", { hasText: "Still here." }).waitFor();
  });

  it("subscribes to a pattern, keeps that over a reconnect, and unsubscribes", async () => {
    const page = await openDemo();
    const log = (mark: string) => page.locator(`#channel-log [data-mark="${mark}"] .what`);
    await page.getByRole("button", { name: "Subscribe", exact: true }).click();
    await log("on").first().waitFor();
    await reconnect(page);
    await log("on").nth(1).waitFor();
    await page.getByLabel("Publish on").fill("news:sport");
    await page.getByLabel("Data").fill('{ "goals": [1, 2] }');
    await page.getByRole("button", { name: "Publish" }).click();
    await log("sent").first().waitFor();
    expect(await log("event").allTextContents()).toEqual(['news:sport {"goals":[1,2]}']);
    await page.getByRole("button", { name: "Unsubscribe from news:*" }).click();
    await page.getByRole("button", { name: "Publish" }).click();
    await log("sent").nth(1).waitFor();
    expect(await log("event").count()).toBe(1);
  });

  it("sweats, compares light calls before and meanwhile, and stops with nothing in flight", async () => {
    const page = await openDemo();
    const time = /^\d+(\.\d\d?)? m?s$/;
    const button = page.locator("#sweat-button");
    await page.getByRole("button", { name: "Make it sweat" }).press("Enter");
    expect(await button.textContent()).toBe("Stop");
    await page.locator("#sweat-hashes", { hasText: /^[1-9]/ }).waitFor();
    await page.locator("#sweat-median-during", { hasText: time }).waitFor();
    expect(await page.locator("#sweat-median-before").textContent()).toMatch(time);
    expect(await page.locator("#sweat-in-flight").textContent()).toBe("8");
    await button.press("Enter");
    await page.locator("#sweat-status", { hasText: /^Stopped: .+ nothing is in flight\.$/ }).waitFor();
    expect(await page.locator("#sweat-in-flight").textContent()).toBe("0");
    expect(await page.locator("#sweat-problems").textContent()).toBe("");
    expect(await button.textContent()).toBe("Make it sweat");
  });

  it("ends a run of sweat with its connection", async () => {
    const page = await openDemo();
    await page.getByRole("button", { name: "Make it sweat" }).click();
    await page.locator("#sweat-in-flight", { hasText: "8" }).waitFor();
    await reconnect(page);
    await page.locator("#sweat-status", { hasText: /^The connection was lost, and the run ended/ }).waitFor();
    expect(await page.locator("#sweat-in-flight").textContent()).toBe("0");
  });

  it("is served with a policy that forbids inline scripts, and this test would see one", async () => {
    const page = await openDemo();
    await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "document.title = 'run'";
      document.head.append(script);
    });
    await expect.poll(() => problems.flat()).toEqual([expect.stringContaining("Content Security Policy")]);
    expect(await page.title()).toBe("Fugitive");
    problems = [];
  });

  it("comes back when its socket worker is killed", async () => {
    const page = await openDemo();
    const pid = await page.locator("#pid").textContent();
    process.kill(Number(pid?.replace("pid ", "")), "SIGKILL");
    await page.locator("#dealt li").nth(1).waitFor();
    await page.locator("#pid", { hasText: /^pid \d+$/ }).waitFor();
    expect(await page.locator("#pid").textContent()).not.toBe(pid);
    await call(page, "math.add");
    await answerLine(page, /^answered in /);
  });
});

describe("the client bundle", () => {
  it("works from a classic script element", async () => {
    const page = await openDemo();
    const sum = await page.evaluate(async () => {
      const script = document.createElement("script");
      script.src = "/client.js";
      const loaded = new Promise((resolve, reject) => {
        script.onload = resolve;
        script.onerror = reject;
      });
      document.head.append(script);
      await loaded;
      const { connect } = (window as unknown as { fugitive: typeof import("../../client/index.ts") }).fugitive;
      const client = connect(location.href);
      const answer = await client.call("math.add", { x: 1, y: 6 });
      client.close();
      return answer;
    });
    expect(sum).toBe(7);
  });
});
