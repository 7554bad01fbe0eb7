import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import { launchBrowser, openPage } from "../../server/test/browser.ts";

const WEB = new URL("../../dist/web/", import.meta.url);
const BUILT = new Set(["centaurus.js", "centaurus.mjs", "centaurus.worker.js", "client.mjs"]);
const PAKO = new URL("../../node_modules/pako/dist/browser/pako.umd.min.js", import.meta.url);

/** What a site serves. */
export interface SiteOptions {
  /** The page's Content-Security-Policy. */
  readonly policy?: string;
  /** That of `/centaurus.worker.js`, of its own. */
  readonly workerPolicy?: string;
  /** What the page's head has. @default the classic script */
  readonly head?: string;
  /** Files by their names. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A site and a browser for the tests of one file. */
export interface Sites {
  /** Opens the page of a new site. */
  open(options?: SiteOptions): Promise<Page>;
  /** What went wrong in pages so far: their consoles' errors and warnings, and exceptions. */
  takeProblems(): string[];
}

export function useSites(): Sites {
  let browser: Browser | undefined;
  let ends: (() => Promise<unknown>)[] = [];
  let problems: string[][] = [];

  beforeAll(async () => {
    browser = await launchBrowser();
  }, 60_000);
  afterAll(() => browser?.close());
  afterEach(async () => {
    for (const end of ends) await end();
    ends = [];
    problems = [];
  });

  return {
    async open(options = {}) {
      if (browser === undefined) throw new Error("Pages are there within tests only.");
      const { url, close } = await serve(options);
      const opened = await openPage(browser, url);
      ends.push(() => opened.context.close(), close);
      problems.push(opened.problems);
      return opened.page;
    },
    takeProblems: () => problems.flatMap((of) => of.splice(0)),
  };
}

async function serve({ policy, workerPolicy, head, files = {} }: SiteOptions) {
  const page = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">${head ?? '<script src="/centaurus.js"></script>'}`;
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? "/", "http://site").pathname.slice(1);
    const content = name === "" ? page : name === "pako.js" ? readFileSync(PAKO) : (files[name] ?? built(name));
    const its = name === "" ? policy : name === "centaurus.worker.js" ? workerPolicy : undefined;
    response.writeHead(content === undefined ? 404 : 200, {
      "content-type": /\.m?js$/.test(name) ? "text/javascript" : "text/html",
      ...(its === undefined ? {} : { "content-security-policy": its }),
    });
    response.end(content);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
}

function built(name: string): Buffer | undefined {
  return BUILT.has(name) ? readFileSync(new URL(name, WEB)) : undefined;
}
