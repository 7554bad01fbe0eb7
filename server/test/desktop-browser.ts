import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Browser, type BrowserContext, chromium } from "playwright-core";
import { ARGUMENTS, checkedExecutable } from "./browser.ts";

/** A browser as a person has one. */
export interface DesktopBrowser {
  /** Where its tabs are: of all of them, one is seen. */
  readonly context: BrowserContext;
  stop(): Promise<void>;
}

/**
 * Starts a headless Chromium whose tabs are seen and hidden as a person's are, and can be frozen. In one that Playwright
 * starts each page believes that it is seen and has the focus, whatever is in front of it, and none can be frozen.
 */
export async function startDesktopBrowser(): Promise<DesktopBrowser> {
  const folder = mkdtempSync(join(tmpdir(), "fugitive-browser-"));
  const chrome = spawn(
    checkedExecutable(),
    ["--headless", ...ARGUMENTS, "--remote-debugging-port=0", `--user-data-dir=${folder}`, "about:blank"],
    // a group of its own, to be ended as one
    { stdio: ["ignore", "ignore", "pipe"], detached: true },
  );
  const exited = once(chrome, "exit");
  let browser: Browser | undefined;

  async function stop(): Promise<void> {
    await browser?.close(); // ends the connection only
    // nothing of it is worth keeping, and what lives on for a moment would write to the folder that is to go
    if (chrome.pid !== undefined) process.kill(-chrome.pid, "SIGKILL");
    await exited;
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }

  try {
    browser = await chromium.connectOverCDP(await addressFrom(chrome.stderr), { noDefaults: true });
    const [context] = browser.contexts();
    if (context === undefined) throw new Error("The browser has no window.");
    return { context, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function addressFrom(output: NodeJS.ReadableStream): Promise<string> {
  const said: string[] = [];
  for await (const line of createInterface({ input: output })) {
    said.push(line);
    const [, address] = /^DevTools listening on (\S+)$/.exec(line) ?? [];
    if (address === undefined) continue;
    // a pipe that nobody reads would block the browser one day
    output.resume();
    return address;
  }
  throw new Error(`Chromium did not start:\n${said.join("\n")}`);
}
