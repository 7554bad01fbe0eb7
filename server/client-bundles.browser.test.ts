import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Client, connect } from "../client/index.ts";
import { defineApp } from "./index.ts";
import { launchBrowser, openPage } from "./test/browser.ts";
import { startTestServer, type TestServer } from "./test/test-server.ts";

const POLICY = "default-src 'none'; script-src 'self'; connect-src 'self' ws:";
/** Where the code is that (in)flates. */
const CHUNK = "/client-deflate.mjs";
/** Beyond the threshold on both sides, and much smaller deflated. */
const LARGE = "deflate me. ".repeat(500);
const DEFLATED = 0xc1;

const html = (script: string) =>
  `<!doctype html><meta http-equiv="content-security-policy" content="${POLICY}"><title>test</title>${script}`;
const FILES = {
  "folder/classic.html": html('<script src="/client.js"></script>'),
  "module.html": html('<script type="module" src="/module-page.mjs"></script>'),
  "module-page.mjs": 'import { connect } from "/client.mjs";\nglobalThis.fugitive = { connect };\n',
  "classic.html": html('<script src="/client.js"></script>'),
};

declare global {
  var fugitive: { readonly connect: typeof connect };
  var client: Client;
}

let folder: string;
let server: TestServer;
let browser: Browser;
let context: BrowserContext | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fugitive-bundles-"));
  const files: Record<string, URL> = {};
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
    files[`/${name}`] = pathToFileURL(join(folder, name));
  }
  const procedures = { echo: (data: unknown) => data, repeat: (text: string) => text.repeat(500) };
  const app = defineApp({ procedures, files });
  [server, browser] = await Promise.all([startTestServer(app), launchBrowser()]);
});

afterEach(async () => {
  await context?.close();
  context = undefined;
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await rm(folder, { recursive: true });
});

/** A page with a client, and what it fetches and sends. */
async function openClient(name: string) {
  const opened = await openPage(browser, "about:blank");
  context = opened.context;
  const { page, problems } = opened;
  const fetched: string[] = [];
  const sent: boolean[] = [];
  const received: boolean[] = [];
  const isDeflated = ({ payload }: { payload: string | Buffer }) => Buffer.from(payload)[0] === DEFLATED;
  page.on("request", (request) => fetched.push(new URL(request.url()).pathname));
  page.on("websocket", (socket) => {
    socket.on("framesent", (frame) => sent.push(isDeflated(frame)));
    socket.on("framereceived", (frame) => received.push(isDeflated(frame)));
  });
  await page.goto(`http://127.0.0.1:${server.port}/${name}`);
  await page.waitForFunction(() => globalThis.fugitive !== undefined);
  await page.evaluate(() => {
    globalThis.client = globalThis.fugitive.connect("/");
    return globalThis.client.ready;
  });
  return { page, problems, fetched, sent, received };
}

const echo = (page: Page, data: unknown) => page.evaluate((input) => globalThis.client.call("echo", input), data);

describe("under a policy that allows a page its own scripts only, and no eval", () => {
  it("the module (in)flates with code that it fetches when the first large message goes or comes", async () => {
    const { page, problems, fetched, sent, received } = await openClient("module.html");
    expect(await echo(page, { small: [1, null, "text"] })).toEqual({ small: [1, null, "text"] });
    expect(fetched).toEqual(["/module.html", "/module-page.mjs", "/client.mjs"]);
    expect(await echo(page, LARGE)).toBe(LARGE);
    expect(fetched.slice(3)).toEqual([CHUNK]);
    expect([sent.includes(true), received.at(-1)]).toEqual([false, true]);
    expect(await echo(page, LARGE)).toBe(LARGE);
    expect([sent.at(-1), received.at(-1)]).toEqual([true, true]);
    expect([fetched.length, problems]).toEqual([4, []]);
  });

  it("the classic script has all in it", async () => {
    const { page, problems, fetched, sent, received } = await openClient("classic.html");
    expect(await echo(page, LARGE)).toBe(LARGE);
    expect(await echo(page, LARGE)).toBe(LARGE);
    expect([sent.at(-1), received.at(-1)]).toEqual([true, true]);
    expect([fetched, problems]).toEqual([["/classic.html", "/client.js"], []]);
  });

  it.each(["module.html", "folder/classic.html"])(
    "%s fetches peers when it first seeks one, from beside itself",
    async (name) => {
      const { page, problems, fetched } = await openClient(name);
      const refused = () => page.evaluate(() => globalThis.client.peers.seek().catch(({ code }) => code));
      const before = fetched.length;
      // the code was there to ask, and this application has no peers
      expect([await refused(), await refused()]).toEqual(["NOT_FOUND", "NOT_FOUND"]);
      expect([fetched.slice(before), problems]).toEqual([["/client-peers.mjs"], []]);
    },
  );

  it.each(["module.html", "classic.html"])("%s fetches what web workers take from beside itself", async (name) => {
    const { page, problems, fetched } = await openClient(name);
    await page.evaluate(() => {
      const never: unknown = Object.assign(() => {}, { with: () => never });
      const registerModule = async (url: string | URL) => {
        document.title = String(url);
      };
      globalThis.client.offload(Object.assign({ registerModule }, { fugitiveDecode: never, fugitiveFrame: never }));
    });
    await page.waitForFunction(() => document.title.endsWith(".mjs"));
    expect(await page.title()).toBe(new URL("/client-codec.mjs", page.url()).href);
    expect([fetched.at(-1), problems]).toEqual(["/client-workers.mjs", []]);
  });

  it("what the policy forbids would have been noticed", async () => {
    const { page, problems } = await openClient("classic.html");
    const refused = page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "globalThis.ran = true";
      document.body.append(script);
      return "ran" in globalThis;
    });
    expect(await refused).toBe(false);
    expect(problems.join()).toContain("Content Security Policy");
  });
});

describe("a page that cannot fetch what inflates", () => {
  const chunk = new RegExp(`${CHUNK}$`);

  it("fetches it again at once: a failure that goes away is not noticed, though the browser keeps it", async () => {
    const { page, fetched } = await openClient("module.html");
    let times = 0;
    await context?.route(chunk, (route) => (++times === 1 ? route.abort() : route.continue()));
    await page.evaluate(() => globalThis.client.on("state", (state) => (document.title = state)));
    const before = await page.title();
    // the answer is large, the question is not
    const answer = await page.evaluate(() => globalThis.client.call("repeat", "deflate me. "));
    expect(answer).toBe(LARGE);
    expect(fetched.filter((path) => path === CHUNK)).toHaveLength(2);
    expect(await page.title()).toBe(before);
  });

  it("loses its connection, and does well once it can", async () => {
    const { page } = await openClient("module.html");
    await context?.route(chunk, (route) => route.abort());
    await page.evaluate(() => {
      globalThis.client.on("state", (state, reason) => {
        if (state === "waiting") document.title = `lost: ${reason?.text}`;
      });
      globalThis.client.call("repeat", "deflate me. ").catch(() => {});
    });
    await page.waitForFunction(() => document.title.startsWith("lost: "));
    expect(await page.title()).toContain("could not be loaded");
    await context?.unroute(chunk);
    await page.waitForFunction(() => globalThis.client.state === "open");
    expect(await echo(page, LARGE)).toBe(LARGE);
  });
});
