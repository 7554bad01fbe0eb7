// Memory of one socket worker per idle connection: resident memory before and after, garbage collected both times.

import { Packr } from "msgpackr";
import { startServer } from "./lib/child.mjs";
import { clientFrame, openRaw } from "./lib/raw-client.mjs";

const CONNECTIONS = 6_000;
const AT_ONCE = 50;
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
  const server = await startServer(file, args, ["--expose-gc"]);
  const sockets = [];
  async function open(count) {
    for (let opened = 0; opened < count; opened += AT_ONCE) {
      const batch = await Promise.all(
        Array.from({ length: AT_ONCE }, () => openRaw(server.port, subprotocol, () => {})),
      );
      sockets.push(...batch);
      if (greeting !== undefined) for (const socket of batch) socket.write(greeting);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  try {
    await open(1_000); // what grows once, grows now
    const before = await server.usage();
    await open(CONNECTIONS);
    const after = await server.usage();
    return {
      resident: (after.memory.rss - before.memory.rss) / CONNECTIONS,
      heap: (after.memory.heapUsed - before.memory.heapUsed) / CONNECTIONS,
    };
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
