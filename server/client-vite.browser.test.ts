import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "vite";
import { expect, it, onTestFinished } from "vitest";
import { defineApp } from "./index.ts";
import { launchBrowser, openPage } from "./test/browser.ts";
import { packageUser } from "./test/package-user.ts";
import { serve } from "./test/test-server.ts";

const PAGE =
  '<!doctype html><title>test</title><link rel="icon" href="data:,"><script type="module" src="./page.ts"></script>';
const SCRIPT = `
  import { connect } from "fugitive/client";
  const large: string = "deflate me. ".repeat(500);
  const client = connect("/");
  const small = await client.call("echo", "small");
  const fetched = () => performance.getEntriesByType("resource").map(({ name }) => name.replace(/.*\\//, "")).filter((name) => name.endsWith(".js"));
  const before = fetched();
  const same = (await client.call("echo", large)) === large;
  const after = fetched();
  const never: unknown = Object.assign(() => {}, { with: () => never });
  const module = await new Promise<string>((registerModule: never) => {
    client.offload({ registerModule, fugitiveDecode: never, fugitiveFrame: never } as never);
  });
  const exported = Object.keys(await import(/* @vite-ignore */ String(module)));
  document.title = JSON.stringify({ small, same, before, after, exported });
`;

it("a page that Vite builds connects, and fetches what (in)flates when it needs it", async () => {
  const folder = await packageUser({ "index.html": PAGE, "page.ts": SCRIPT });
  await build({ root: folder, logLevel: "silent", build: { target: "es2022" } });
  const assets = await readdir(join(folder, "dist/assets"));
  // the page, what it fetches when it needs it, and what these share with the page: nothing of Node.js
  const names = assets.map((name) => name.replace(/-[\w-]{8}\.m?js$/, ""));
  expect(names.slice(0, 5)).toEqual(["client-codec", "index", "page-deflate", "page-peers", "page-workers"]);
  expect(names.length).toBe(6);
  const file = (name: string) => pathToFileURL(join(folder, "dist", name));
  const files = Object.fromEntries(assets.map((name) => [`/assets/${name}`, file(`assets/${name}`)]));
  const app = defineApp({
    procedures: { echo: (data: unknown) => data },
    files: { "/": file("index.html"), ...files },
  });
  const [{ port }, browser] = await Promise.all([serve(app), launchBrowser()]);
  onTestFinished(() => browser.close());
  const { page, problems } = await openPage(browser, `http://127.0.0.1:${port}/`);
  await page.waitForFunction(() => document.title.startsWith("{"));
  const told = JSON.parse(await page.title());
  const [, start, chunk, , , shared] = assets;
  const exported = ["fugitiveDecode", "fugitiveFrame"];
  expect(told).toEqual({
    small: "small",
    same: true,
    before: [start, shared],
    after: [start, shared, chunk],
    exported,
  });
  expect(problems).toEqual([]);
});
