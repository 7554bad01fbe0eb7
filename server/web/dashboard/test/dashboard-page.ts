import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { launchBrowser, openPage } from "../../../test/browser.ts";
import type { Cluster } from "../../../test/cluster.ts";

/** What clients of the tests are connected to: each tags itself. */
export const APP = `
  export const app = defineApp({
    procedures: {
      add: ({ x, y }) => x + y,
      tag: (tags, { session }) => session.setTags(tags),
      login: (user, { session }) => session.setUser(user),
    },
    channels: { "*": {} },
  });`;

/** Clients that are somebody and have tags, by their names. */
export async function connectTagged(cluster: Cluster, tags: Readonly<Record<string, object>>) {
  const clients = await Promise.all(
    Object.entries(tags).map(async ([name, own]) => {
      const client = await cluster.connect();
      await client.ask([2, 1, "login", name]);
      await client.ask([2, 2, "tag", own]);
      return [name, client] as const;
    }),
  );
  return new Map(clients);
}

/** What the tests of one file have of the page. */
export interface Dashboards {
  /** Opens the page of a cluster, in a browser of its own as it were. */
  open(cluster: Cluster, options?: BrowserContextOptions): Promise<Page>;
  /** Leaves what went wrong in the pages at hand out of account: something had to. */
  forgive(): void;
}

/** Starts a browser before the tests of a file, and ends it after. No page may have problems. */
export function useDashboard(): Dashboards {
  let browser: Browser | undefined;
  let contexts: BrowserContext[] = [];
  let problems: string[][] = [];
  let forgiven = false;

  beforeAll(async () => {
    browser = await launchBrowser();
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
  });

  afterEach(async () => {
    const found = forgiven ? [] : problems.flat();
    for (const context of contexts) await context.close();
    contexts = [];
    problems = [];
    forgiven = false;
    expect(found).toEqual([]);
  });

  return {
    async open(cluster, options) {
      if (browser === undefined) throw new Error("Pages are there within tests only.");
      const opened = await openPage(browser, `http://127.0.0.1:${cluster.controlPort}/`, options);
      contexts.push(opened.context);
      problems.push(opened.problems);
      return opened.page;
    },
    forgive() {
      forgiven = true;
    },
  };
}

/** Waits until the page is told how all is. */
export function isLive(page: Page): Promise<void> {
  return page.locator("#state", { hasText: /^live$/ }).waitFor();
}

/** Finds connections. */
export async function find(page: Page, tags: string): Promise<void> {
  await page.getByLabel("Tags").fill(tags);
  await page.getByRole("button", { name: "Find", exact: true }).click();
}

/** The row of a connection that has this in it. */
export function rowWith(page: Page, text: string): Locator {
  return page.locator("#connections tr", { hasText: text });
}

/** Whether anything is wider than the window. */
export function isTooWide(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
}
