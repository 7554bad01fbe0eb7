import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import type { Centaurus } from "../../centaurus/index.ts";
import type { Client } from "../../client/index.ts";
import { type Connection, defineApp } from "../index.ts";
import { launchBrowser, openPage } from "./browser.ts";
import { serve } from "./test-server.ts";

/** Of scripts only the site's own, and no eval, also in web workers. */
const POLICY = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self' ws:; img-src data:";
const HTML = `<!doctype html><meta http-equiv="content-security-policy" content="${POLICY}"><link rel="icon" href="data:,">
<title>test</title><script type="module" src="/page.mjs"></script>`;
const SCRIPT = `import { connect } from "/client.mjs";
import { Centaurus } from "/centaurus.mjs";
Object.assign(globalThis, {
  client: connect("/"),
  C: new Centaurus("/centaurus.worker.js", { workers: 2 }),
  errors: [],
});
client.on("error", (error) => errors.push(String(error.cause ?? error)));
`;

declare global {
  var client: Client;
  var C: Centaurus;
  var errors: string[];
}

/** A page with a client and a Centaurus of two web workers, both connected to the same server. */
export interface WorkerPage {
  readonly page: Page;
  /** The server's object for the client. */
  readonly connection: Connection;
  /** What the page, and its web workers, have fetched. */
  readonly fetched: readonly string[];
  /** Whether each frame that went and came was deflated. */
  readonly sent: readonly boolean[];
  readonly received: readonly boolean[];
  /** What went wrong in the page. */
  readonly problems: readonly string[];
}

/** What a server does, by name. */
type Procedures = Readonly<Record<string, (input: never) => unknown>>;

/** A browser for the tests of one file; what it gives opens a page of a server of its own. */
export function useWorkerPages(): (procedures?: Procedures, module?: string) => Promise<WorkerPage> {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  }, 60_000);
  afterAll(() => browser?.close());

  return async (procedures = {}, module = "") => {
    const folder = await mkdtemp(join(tmpdir(), "fugitive-workers-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const own = { "page.html": HTML, "page.mjs": SCRIPT, "functions.mjs": module };
    for (const [name, text] of Object.entries(own)) await writeFile(join(folder, name), text);
    const files = Object.fromEntries(Object.keys(own).map((name) => [`/${name}`, pathToFileURL(join(folder, name))]));
    const { server, port } = await serve(defineApp({ procedures, files }));
    const opened = new Promise<Connection>((resolve) => server.on("connection", resolve));
    const { page, context, problems } = await openPage(browser, "about:blank");
    onTestFinished(() => context.close());
    const fetched: string[] = [];
    const sent: boolean[] = [];
    const received: boolean[] = [];
    const isDeflated = ({ payload }: { payload: string | Buffer }) => Buffer.from(payload)[0] === 0xc1;
    context.on("request", (request) => fetched.push(new URL(request.url()).pathname));
    page.on("websocket", (socket) => {
      socket.on("framesent", (frame) => sent.push(isDeflated(frame)));
      socket.on("framereceived", (frame) => received.push(isDeflated(frame)));
    });
    await page.goto(`http://127.0.0.1:${port}/page.html`);
    await page.waitForFunction(() => globalThis.client?.state === "open");
    return { page, connection: await opened, fetched, sent, received, problems };
  };
}
