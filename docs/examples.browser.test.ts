import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { launchBrowser, openPage } from "../server/test/browser.ts";
import { EXAMPLES, type Example, lasting, needsOf, shownOutput } from "./test/examples.ts";
import { startExample } from "./test/run-example.ts";

describe("docs/examples in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  /** Serves an example of these, and opens its page as often as the table says. */
  async function open(name: string): Promise<Page[]> {
    const example = EXAMPLES.find((one) => one.name === name) as Example;
    const places = await startExample(example, onTestFinished);
    const [, address = "", twice] = /^<http:\/\/(.*)>(, twice)?$/.exec(example.client) ?? [];
    const pages: Page[] = [];
    for (let count = twice === undefined ? 1 : 2; count > 0; count--) {
      const { page, problems, context } = await openPage(browser, `http://${places[address]}`);
      onTestFinished(async () => {
        await context.close();
        // browsers ask for an icon, which these pages have none of
        expect(problems.filter((problem) => !problem.includes("404 (Not Found)"))).toEqual([]);
      });
      pages.push(page);
    }
    return pages;
  }

  it("02-page has a page that says and hears, and has a thread compute", async () => {
    const [page] = (await open("02-page")) as [Page];
    await page.fill("input", "Anybody?");
    await page.click("text=Send");
    await expect.poll(() => page.locator("li").allTextContents()).toEqual(["a page: Anybody?"]);
    await page.click("text=Compute");
    await expect.poll(() => page.locator("li").nth(1).textContent()).toBe("The 30th is 832040.");
  });

  it("15-peers has pages that meet, and say what the guide shows", async () => {
    const pages = await open("15-peers");
    const lines = (text: string) =>
      lasting(text)
        .split("\n")
        .filter((line) => line !== "")
        .sort();
    const shown = lines(shownOutput(EXAMPLES.find(({ name }) => name === "15-peers") as Example));
    for (const page of pages) await expect.poll(async () => lines(await page.innerText("body"))).toEqual(shown);
  });

  it("are all here that have pages", () => {
    expect(EXAMPLES.filter((example) => needsOf(example) === "browser").map(({ name }) => name)).toEqual([
      "02-page",
      "15-peers",
    ]);
  });
});
