// Clients in a page of Chromium: CPU of the page's process for calls and for publications that come, and what is downloaded.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { DIALECTS, publicationsOf } from "../dialects/index.mjs";
import { ARMS } from "../lib/arms.mjs";
import { hasChromium, launchChromium, servePage } from "../lib/browser.mjs";
import { QUICK, rounds } from "../lib/effort.mjs";
import { openPeer } from "../lib/open-peer.mjs";
import { median } from "../lib/statistics.mjs";
import { withServers } from "../lib/with-servers.mjs";

const ROUNDS = rounds(3);
export const CALLS = QUICK ? 5_000 : 20_000;
export const PUBLICATIONS = QUICK ? 10_000 : 50_000;
const WARM_UP = 2_000;
export const DEPTH = 16;
/** Publications come so many at a time, in milliseconds from one time to the next. */
const TOGETHER = 10;
const PAUSE_MS = 1;
const LIMIT_MS = 60_000;
/** For Fugitive: the page comes from another port. The others take pages from anywhere. */
const ANY_ORIGIN = { origins: ["*"] };
const CHANNEL = "bench";
const CHAT = { name: "ann", text: "hello everybody, is anyone going home early?", at: 1_700_000_000_000 };

const file = (path) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)));
const SOCKET_IO = "bench/peers/node_modules/socket.io-client/dist";
/** Each: the server it is a client of, how the page opens it, and its bundle, as it is published. */
const CLIENTS = new Map([
  [
    "Fugitive",
    {
      ...{ arm: "Fugitive", kind: "fugitive", bundle: "dist/web/client.mjs" },
      // for large messages, for other pages, and for web workers
      later: ["deflate", "peers", "workers", "codec"].map((name) => `dist/web/client-${name}.mjs`),
    },
  ],
  ["Socket.IO", { arm: "Socket.IO", kind: "socketIo", bundle: `${SOCKET_IO}/socket.io.min.js` }],
  [
    "Socket.IO, MessagePack",
    { arm: "Socket.IO, MessagePack", kind: "socketIo", bundle: `${SOCKET_IO}/socket.io.msgpack.min.js` },
  ],
  ["WebSocket and JSON by hand", { arm: "ws", kind: "bare" }],
]);

/**
 * @returns for each client `{ name, bytes, gzipped, later, calls, publications }`: bytes of its bundle, and of what it fetches
 * when that is first needed, gzipped; of calls and of publications
 * by round, `cpu` of the page's process, `script` and `task` of its main thread, in microseconds each, and how many a `second`;
 * nothing where there is no Chromium
 */
export async function benchBrowser(names = [...CLIENTS.keys()]) {
  if (!hasChromium()) return [];
  const arms = names.map((name) => ({ name, ...sizes(CLIENTS.get(name)), calls: [], publications: [] }));
  const browser = await launchChromium();
  const measureAll = async (servers) => {
    for (let round = 0; round < ROUNDS; round++) {
      for (const { name, calls, publications } of arms) {
        const client = CLIENTS.get(name);
        const measured = await inTime(measure(browser, client, servers.get(client.arm)));
        calls.push(measured.calls);
        publications.push(measured.publications);
      }
    }
  };
  try {
    const served = names.map((name) => CLIENTS.get(name).arm);
    await withServers(ARMS, served, measureAll, { settings: ANY_ORIGIN });
    return arms;
  } finally {
    await browser.close();
  }
}

function sizes({ bundle, later = [] }) {
  const gzip = (path) => gzipSync(file(path), { level: 9 }).length;
  if (bundle === undefined) return { bytes: 0, gzipped: 0, later: [] };
  return { bytes: file(bundle).length, gzipped: gzip(bundle), later: later.map(gzip) };
}

/** A page of its own each time: what one has compiled and collected is not the other's. */
async function measure(browser, { arm, kind, bundle }, server) {
  const dialect = DIALECTS[ARMS.get(arm).dialect];
  const script = kind === "socketIo" ? '<script src="/client.js"></script>' : "";
  const site = await servePage({
    "/": `<!doctype html><link rel="icon" href="data:,">${script}<script type="module" src="/peers.js"></script>`,
    "/peers.js": file("bench/page/peers.js"),
    ...(bundle !== undefined && { [kind === "fugitive" ? "/fugitive.mjs" : "/client.js"]: file(bundle) }),
  });
  const page = await browser.newPage();
  const publisher = await openPeer(dialect, server.port, () => undefined);
  try {
    await page.goto(`${site.origin}/`);
    await page.waitForFunction("globalThis.isReady");
    await page.evaluate(`openClient("${kind}", ${server.port}, "${CHANNEL}")`);
    const call = (count) => page.evaluate(`callOften(${count}, ${DEPTH})`);
    const receive = (count) => Promise.all([page.evaluate(`receive(${count})`), publish(publisher, dialect, count)]);
    await call(WARM_UP);
    await receive(WARM_UP);
    const used = await gauge(browser, page);
    return {
      calls: await used(CALLS, () => call(CALLS)),
      publications: await used(PUBLICATIONS, () => receive(PUBLICATIONS)),
    };
  } finally {
    publisher.destroy();
    await page.close();
    site.close();
  }
}

async function publish(publisher, dialect, count) {
  const some = publicationsOf(dialect, CHANNEL, CHAT, TOGETHER);
  const start = performance.now();
  for (let sent = 0; sent < count; ) {
    const due = Math.min(count, Math.floor((performance.now() - start) / PAUSE_MS) * TOGETHER);
    for (; sent < due; sent += TOGETHER) publisher.write(some);
    await sleep(PAUSE_MS);
  }
}

/** @returns a function that does something so often and tells what the page used for each of them */
async function gauge(browser, page) {
  const session = await page.context().newCDPSession(page);
  const whole = await browser.newBrowserCDPSession();
  await session.send("Performance.enable");
  const look = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    const { processInfo } = await whole.send("SystemInfo.getProcessInfo");
    const of = (name) => metrics.find((metric) => metric.name === name).value;
    const cpu = processInfo.filter(({ type }) => type === "renderer").reduce((all, { cpuTime }) => all + cpuTime, 0);
    return { cpu, script: of("ScriptDuration"), task: of("TaskDuration") };
  };
  return async (count, work) => {
    const before = await look();
    const start = performance.now();
    await work();
    const second = (count * 1_000) / (performance.now() - start);
    const after = await look();
    const each = (what) => ((after[what] - before[what]) * 1e6) / count;
    return { cpu: each("cpu"), script: each("script"), task: each("task"), second };
  };
}

/** A page that is stuck is not waited for. */
function inTime(work) {
  const late = sleep(LIMIT_MS, undefined, { ref: false }).then(() =>
    Promise.reject(new Error("The page took too long.")),
  );
  return Promise.race([work, late]);
}

if (process.argv[1]?.endsWith("beside/browser.mjs")) {
  for (const { name, bytes, gzipped, calls, publications } of await benchBrowser(process.argv[2]?.split(";"))) {
    const each = (all, what) => median(all.map((round) => round[what]));
    const text = (all) =>
      `${["cpu", "script", "task"].map((what) => each(all, what).toFixed(2)).join(" / ")} µs, ${Math.round(each(all, "second"))}/s`;
    console.log(
      name.padEnd(28),
      `${bytes} bytes, ${gzipped} gzipped; a call ${text(calls)}; a publication ${text(publications)}`,
    );
  }
}
