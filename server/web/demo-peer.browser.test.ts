import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { openPage } from "../test/browser.ts";
import { type Cluster, startCluster } from "../test/cluster.ts";
import { launchPeerBrowser } from "../test/peer-page.ts";

let browser: Browser;

beforeAll(async () => {
  browser = await launchPeerBrowser();
});

afterAll(async () => {
  await browser?.close();
});

async function open(cluster: Cluster): Promise<Page> {
  const { page, context } = await openPage(browser, `http://127.0.0.1:${cluster.port}/`);
  onTestFinished(() => context.close());
  await page.locator("#state", { hasText: /^open$/ }).waitFor();
  return page;
}

function state(page: Page, text: string | RegExp): Promise<void> {
  return page.locator("#peer-state", { hasText: text }).waitFor();
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel("Say to your peer").fill(text);
  await page.getByLabel("Say to your peer").press("Enter");
}

function heard(page: Page, text: string): Promise<void> {
  return page.locator("#peer-log .text", { hasText: text }).waitFor();
}

describe("two pages of the demo", () => {
  it("find each other and talk, and go on when the server is stopped", async () => {
    const cluster = await startCluster();
    const [one, two] = [await open(cluster), await open(cluster)];
    await one.getByLabel("Name").fill("Ann");
    await one.getByRole("button", { name: "Look for somebody" }).click();
    await state(one, "Looking for somebody");
    expect(await one.getByLabel("Say to your peer").isDisabled()).toBe(true);
    await two.getByRole("button", { name: "Look for somebody" }).click();
    await state(one, "Connected to");
    await state(two, "Connected to Ann.");
    expect(await two.locator("#peer-words").textContent()).toContain("The server is not needed any more");
    await one.locator("#peer-round-trip", { hasText: /^\d+(\.\d)? ms$/ }).waitFor();
    await one.locator("#peer-way", { hasText: "direct" }).waitFor();
    await say(one, '<img src="x" onerror="console.error(1)">');
    await heard(two, "<img");
    expect(await two.locator("#peer-log img").count()).toBe(0);

    cluster.killGroup("SIGKILL");
    await cluster.exited;
    await one.locator("#peer-words", { hasText: "The server is gone, and not needed" }).waitFor();
    await say(one, "Still there?");
    await heard(two, "Still there?");
    await say(two, "Of course.");
    await heard(one, "Of course.");
    expect(await one.locator("#peer-log li.own").count()).toBe(2);

    await two.getByRole("button", { name: "Hang up" }).click();
    await state(one, /has gone\.$/);
    await state(two, "Nobody is connected.");
    expect(await one.getByRole("button", { name: "Look for somebody" }).isVisible()).toBe(true);
  });

  it("stop looking, and are found by nobody then; and look again", async () => {
    const cluster = await startCluster();
    const [one, two] = [await open(cluster), await open(cluster)];
    await one.getByRole("button", { name: "Look for somebody" }).click();
    await state(one, "Looking for somebody");
    await one.getByRole("button", { name: "Stop looking" }).click();
    await state(one, "Nobody is connected.");
    await two.getByRole("button", { name: "Look for somebody" }).click();
    await state(two, "Looking for somebody");
    await one.getByRole("button", { name: "Look for somebody" }).click();
    await state(one, "Connected to");
    await state(two, "Connected to");
    await one.close();
    await state(two, /has gone\.$/);
  });
});
