import type { Browser, Page } from "playwright-core";

/** Pages of each browser that no test uses now: to open a new one takes several times what it does to load another document. */
const unused = new WeakMap<Browser, Page[]>();

/**
 * Gives a page as another person's browser would open it: nothing is left in it of a test before.
 * @param script runs in it before its own scripts; the same for all pages of one browser
 */
export async function takePage(browser: Browser, script: () => void): Promise<Page> {
  const left = unused.get(browser)?.pop();
  if (left !== undefined) return left;
  const page = await (await browser.newContext()).newPage();
  await page.addInitScript(script);
  return page;
}

/** Leaves a page as its person would, for the next one. */
export async function leavePage(browser: Browser, page: Page): Promise<void> {
  if (page.isClosed()) return page.context().close();
  page.removeAllListeners();
  await page.evaluate(() => {
    localStorage.clear();
    sessionStorage.clear();
  });
  await page.goto("about:blank");
  unused.set(browser, [...(unused.get(browser) ?? []), page]);
}
