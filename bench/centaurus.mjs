// Centaurus in Chromium: what a small call costs, beside Comlink and workerpool in the same page, and how long the page's
// longest task is while a web worker computes.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { launchChromium, servePage } from "./lib/browser.mjs";

const ROUNDS = 7;
const HASH_MS = 1_000;

const file = (path) => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)));
const FILES = {
  "/": '<!doctype html><link rel="icon" href="data:,"><script src="/workerpool.js"></script><script type="module" src="/calls.js"></script>',
  "/calls.js": file("bench/page/calls.js"),
  "/comlink.mjs": file("node_modules/comlink/dist/esm/comlink.min.mjs"),
  "/comlink.js": file("node_modules/comlink/dist/umd/comlink.min.js"),
  "/workerpool.js": file("node_modules/workerpool/dist/workerpool.min.js"),
  "/comlink.worker.js": 'importScripts("/comlink.js"); Comlink.expose({ sum: (a, b) => a + b });',
  "/workerpool.worker.js": 'importScripts("/workerpool.js"); workerpool.worker({ sum: (a, b) => a + b });',
  "/bare.worker.js": "onmessage = ({ data: [id, a, b] }) => postMessage([id, a + b]);",
};

export async function benchCentaurus() {
  // what the build made is read now, not when this file is loaded
  const files = { ...FILES };
  for (const name of ["centaurus.mjs", "centaurus.worker.js"]) files[`/${name}`] = file(`dist/web/${name}`);
  const server = await servePage(files);
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(`${server.origin}/`);
    await page.waitForFunction("globalThis.isReady");
    const costs = await page.evaluate(`measureCalls(${ROUNDS})`);
    await page.evaluate("hashFor(10, true)");
    const apart = await longestTask(browser, page, `hashFor(${HASH_MS}, true)`);
    const within = await longestTask(browser, page, `hashFor(${HASH_MS}, false)`);
    return { costs, apart, within };
  } finally {
    await browser.close();
    server.close();
  }
}

/** The longest task of a page's main thread while it does something, in milliseconds. */
async function longestTask(browser, page, expression) {
  await browser.startTracing(page, { categories: ["disabled-by-default-devtools.timeline", "__metadata"] });
  const value = await page.evaluate(expression);
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const mains = traceEvents
    .filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain")
    .map(({ pid, tid }) => `${pid}.${tid}`);
  const tasks = traceEvents.filter(({ name, pid, tid }) => name === "RunTask" && mains.includes(`${pid}.${tid}`));
  return { longest: Math.max(0, ...tasks.map(({ dur }) => dur / 1_000)), tasks: tasks.length, value };
}
