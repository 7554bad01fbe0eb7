import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { launchBrowser, openPage } from "../../test/browser.ts";
import { type DemoServer, startDemoServer } from "../../test/demo-server.ts";

const WORKERS = 2;
/** With two workers that are dealt in turn one is enough, unless the browser opens connections of its own between. */
const MOST_RECONNECTS = 6;

/** What the tests of one file have of the demo. */
export interface Demo {
  /** Opens a page, in a browser of its own as it were, that is connected and ready to be used. */
  open(url?: string): Promise<Page>;
  /** Opens a page, in a browser of its own as it were, that is nowhere yet. */
  openBlank(): Promise<Page>;
  /** The address of the server. */
  url(): string;
  /** What went wrong so far in the pages of the test at hand; told once, since any that is left fails the test. */
  takeProblems(): string[];
}

/** Starts the demo's server and a browser before the tests of a file, and ends them after. No page may have problems. */
export function useDemo(): Demo {
  let server: DemoServer | undefined;
  let browser: Browser | undefined;
  let contexts: BrowserContext[] = [];
  let problems: string[][] = [];

  const takeProblems = () => problems.flatMap((ofPage) => ofPage.splice(0));

  beforeAll(async () => {
    browser = await launchBrowser();
    server = await startDemoServer(WORKERS);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  afterEach(async () => {
    const found = takeProblems();
    for (const context of contexts) await context.close();
    contexts = [];
    problems = [];
    expect(found).toEqual([]);
  });

  function url(): string {
    if (server === undefined) throw new Error("The server is there within tests only.");
    return server.url;
  }

  async function goTo(address: string): Promise<Page> {
    if (browser === undefined) throw new Error("Pages are there within tests only.");
    const { page, ...opened } = await openPage(browser, address);
    contexts.push(opened.context);
    problems.push(opened.problems);
    return page;
  }

  return {
    url,
    openBlank: () => goTo("about:blank"),
    async open(address = url()) {
      const page = await goTo(address);
      await page.locator("#state", { hasText: /^open$/ }).waitFor();
      await page.locator("#pid", { hasText: /^pid \d+$/ }).waitFor();
      await page.locator("#procedure option", { hasText: "math.add" }).waitFor({ state: "attached" });
      // only the primary can say who is in the chat: whatever workers answer says nothing of this subscription
      await page.locator("#chat-count", { hasText: /^\d+ here$/ }).waitFor();
      return page;
    },
    takeProblems,
  };
}

export async function call(page: Page, procedure: string, input?: string): Promise<void> {
  await page.getByRole("combobox", { name: "Procedure" }).selectOption(procedure);
  if (input !== undefined) await page.getByLabel("Input").fill(input);
  await page.getByRole("button", { name: "Call", exact: true }).click();
}

export function answerLine(page: Page, text: string | RegExp): Promise<void> {
  return page.locator("#answer-line", { hasText: text }).waitFor();
}

/** Says something in the chat. */
export async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel("Text").fill(text);
  await page.getByLabel("Text").press("Enter");
}

/** Waits until a page has this line in its chat. */
export function heard(page: Page, text: string): Promise<void> {
  return page.locator("#chat-log .text", { hasText: text }).waitFor();
}

export function chatTexts(page: Page): Promise<string[]> {
  return page.locator("#chat-log .text").allTextContents();
}

/** What an element of the header says. */
export function shown(page: Page, id: "state" | "reason" | "worker" | "pid" | "session" | "session-note") {
  return page.locator(`#${id}`).textContent();
}

/** Presses the button, and waits for the worker that comes of it. */
export async function reconnect(page: Page): Promise<void> {
  const before = await page.locator("#dealt li").count();
  await page.getByRole("button", { name: "Reconnect" }).click();
  await page.locator("#dealt li").nth(before).waitFor();
  await page.locator("#pid", { hasText: /^pid \d+$/ }).waitFor();
}

/** Reconnects until the page is on another worker than this one. */
export async function leaveWorker(page: Page, worker: string | null): Promise<void> {
  for (let tries = 0; (await shown(page, "worker")) === worker; tries++) {
    expect(tries).toBeLessThan(MOST_RECONNECTS);
    await reconnect(page);
  }
}
