import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { LIMIT_MS } from "./patience.ts";

const EXECUTABLE = process.env.CHROMIUM_PATH || "/usr/bin/chromium";
/** Runs as root in a container, without a graphics card, and talks to nobody but the page's server. */
export const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A page with what went wrong in it. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors and warnings of its console, exceptions nobody caught, and what its policy forbade. */
  readonly problems: string[];
}

/** Where Chromium is. Throws, and says how to get one, where there is none: a test without it proves nothing. */
export function checkedExecutable(): string {
  if (!existsSync(EXECUTABLE)) {
    throw new Error(
      `There is no Chromium at ${EXECUTABLE}. Install it (Debian, Ubuntu: apt-get install chromium), ` +
        "or set CHROMIUM_PATH to one, and run the tests again.",
    );
  }
  return EXECUTABLE;
}

/** Starts a headless Chromium. Throws where there is none. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: checkedExecutable(), headless: true, args: ARGUMENTS });
}

/** Opens a page in a context of its own, as a second person's browser would. Closing the context closes the page. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage & { context: BrowserContext }> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(LIMIT_MS);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(`exception: ${error.message}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(`${message.type()}: ${message.text()}`);
  });
  await page.goto(url);
  return { page, problems, context };
}
