// Ten thousand connections of ten tags each: finding a hundred of them, and telling all of them something by the control
// port, beside publishing it to a channel that all of them are subscribed to.
import { Packr } from "msgpackr";
import { freePort } from "../tools/free-port.mjs";
import { startServer } from "./lib/child.mjs";
import { openFilesLimit } from "./lib/open-files.mjs";
import { clientFrame, openRaw } from "./lib/raw-client.mjs";
import { median, quantile } from "./lib/statistics.mjs";

const CONNECTIONS = 10_000;
const TAGS = 10;
const GROUPS = 100;
const AT_ONCE = 50;
const ROUNDS = 15;
const LOOKUPS = 100;
const LIMIT_MS = 120_000;
const MOST_LOOKUP_MS = 50;
const LEAST_SEND = 0.5;
const MSGPACK = "fugitive.v1.msgpack";
const BODY = "x".repeat(100);

const packr = new Packr({ useRecords: false });

/** @returns milliseconds of each look-up, over HTTP; and connections told a second, by how they are told, round by round */
export async function benchTags() {
  if (openFilesLimit() < CONNECTIONS + 1_000) throw new Error(`Open files: ${CONNECTIONS + 1_000} are needed.`);
  const controlPort = await freePort();
  const server = await startServer("fugitive-tagged.mjs", [controlPort]);
  const sockets = [];
  const limit = setTimeout(() => {
    throw new Error("Not all were told in time.");
  }, LIMIT_MS);
  const control = async (path, body) => {
    const response = await fetch(`http://127.0.0.1:${controlPort}${path}`, body && { method: "POST", body });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.text();
  };
  try {
    let arrived = 0;
    let wake = () => undefined;
    let wanted = Number.POSITIVE_INFINITY;
    const frame = () => {
      if (++arrived === wanted) wake();
    };
    const all = async (count, act) => {
      const done = new Promise((resolve) => {
        wake = resolve;
      });
      [arrived, wanted] = [0, count];
      const start = performance.now();
      await act();
      await done;
      return performance.now() - start;
    };
    const subscribe = clientFrame(packr.pack([8, 1, "everybody"]));
    for (let index = 0; index < CONNECTIONS; index += AT_ONCE) {
      const batch = Array.from({ length: AT_ONCE }, (_, offset) =>
        openRaw(server.port, MSGPACK, frame, `/?${tagsOf(index + offset)}`),
      );
      const opened = await Promise.all(batch);
      sockets.push(...opened);
      await all(AT_ONCE, () => {
        for (const socket of opened) socket.write(subscribe);
      });
    }
    const lookups = [];
    for (let round = 0; round < LOOKUPS; round++) {
      const start = performance.now();
      const lines = (await control(`/status?group=${round % GROUPS}`)).trim().split("\n");
      if (round > 0) lookups.push(performance.now() - start);
      if (lines.length !== CONNECTIONS / GROUPS) throw new Error(`${lines.length} connections were found.`);
    }
    const rates = { publish: [], send: [] };
    for (let round = -1; round < ROUNDS; round++) {
      const published = await all(CONNECTIONS, () => control("/publish?channel=everybody", JSON.stringify(BODY)));
      const sent = await all(CONNECTIONS, () => control("/send?id=*", BODY));
      if (round < 0) continue;
      rates.publish.push((1_000 * CONNECTIONS) / published);
      rates.send.push((1_000 * CONNECTIONS) / sent);
    }
    return { lookups, rates };
  } finally {
    clearTimeout(limit);
    for (const socket of sockets) socket.destroy();
    await server.stop();
  }
}

function tagsOf(index) {
  const tags = new URLSearchParams({ group: index % GROUPS, own: index });
  for (let tag = 2; tag < TAGS; tag++) tags.set(`tag${tag}`, `${tag}-${index % (7 * tag)}`);
  return tags;
}

/** As `npm run bench` shows it. */
export async function tagRows() {
  const { lookups, rates } = await benchTags();
  const middle = median(lookups);
  const ratio = median(rates.send.map((rate, round) => rate / rates.publish[round]));
  const told = (rate) => `${Math.round(rate).toLocaleString("en-US")}/s`;
  return [
    {
      what: "100 of 10,000 connections by a tag, over HTTP",
      value: `${middle.toFixed(1)} ms, p99 ${quantile(lookups, 0.99).toFixed(1)} ms`,
      goal: `< ${MOST_LOOKUP_MS} ms`,
      met: middle < MOST_LOOKUP_MS,
    },
    {
      what: "10,000 connections told by the control port, beside a publication",
      value: `${ratio.toFixed(2)} ×: ${told(median(rates.send))}, ${told(median(rates.publish))}`,
      goal: `≥ ${LEAST_SEND} ×`,
      met: ratio >= LEAST_SEND,
    },
  ];
}

if (process.argv[1]?.endsWith("tags.mjs")) {
  for (const { what, value, goal } of await tagRows()) console.log(`${what}: ${value}; goal ${goal}`);
}
