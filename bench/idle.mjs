// Memory of one socket worker and its bus per idle connection: resident memory as connections come, garbage collected each
// time. The slope is what each further one takes.

import { Packr } from "msgpackr";
import { startServer } from "./lib/child.mjs";
import { openFilesLimit } from "./lib/open-files.mjs";
import { clientFrame, openRaw } from "./lib/raw-client.mjs";
import { slope } from "./lib/statistics.mjs";

/** Descriptors that are for something else. */
const SPARE = 500;
const MOST = Math.min(16_000, openFilesLimit() - SPARE);
/** Connections at which it is looked at. */
const AT = [0.25, 0.5, 0.75, 1].map((part) => Math.round(MOST * part));
const AT_ONCE = 50;
/**
 * The young generation of a heap grows to some 30 MB with the first ten thousand connections or so, and then no more, however
 * many come. Here it is as small from first to last as V8 has it, or that would look like a kilobyte for each.
 */
const YOUNG = "--max-semi-space-size=1";
const MSGPACK = "fugitive.v1.msgpack";
/** With the rates that every server has. */
const AS_IT_IS = [JSON.stringify({ rateLimits: "on" })];

const packr = new Packr({ useRecords: false });

/** @returns bytes per connection: of connections that said nothing, and of those that said HELLO */
export async function benchIdle() {
  return {
    bare: await perConnection("bare.mjs", ["echo"], undefined, undefined),
    silent: await perConnection("fugitive.mjs", AS_IT_IS, MSGPACK, undefined),
    introduced: await perConnection("fugitive.mjs", AS_IT_IS, MSGPACK, clientFrame(packr.pack([0, {}]))),
  };
}

async function perConnection(file, args, subprotocol, greeting) {
  const server = await startServer(file, args, ["--expose-gc", YOUNG]);
  const sockets = [];
  async function open(count) {
    while (sockets.length < count) {
      const batch = await Promise.all(
        Array.from({ length: AT_ONCE }, () => openRaw(server.port, subprotocol, () => {})),
      );
      sockets.push(...batch);
      if (greeting !== undefined) for (const socket of batch) socket.write(greeting);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    await server.usage(); // what is collected the first time is given back the second time
    return server.usage();
  }
  try {
    const points = [];
    for (const count of AT) {
      const { memory } = await open(count);
      points.push({ count: sockets.length, memory });
    }
    const each = (what) => slope(points.map(({ count, memory }) => [count, memory[what]]));
    return { resident: each("rss"), heap: each("heapUsed") };
  } finally {
    for (const socket of sockets) socket.destroy();
    await server.stop();
  }
}

if (process.argv[1]?.endsWith("idle.mjs")) {
  for (const [name, { resident, heap }] of Object.entries(await benchIdle())) {
    console.log(
      `${name.padEnd(12)} ${Math.round(resident)} bytes resident, ${Math.round(heap)} of them heap, per connection`,
    );
  }
}
