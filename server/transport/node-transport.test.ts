import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { eventually } from "../test/patience.ts";
import { Opcode } from "../test/raw-frames.ts";
import { openSocket } from "../test/raw-handshake.ts";
import { createNodeTransport } from "./node-transport.ts";
import { LIMITS, notedTransport } from "./test/noted-transport.ts";
import { publicTransportSuite } from "./test/public-suite.ts";
import { slowSuite } from "./test/slow-suite.ts";
import type { HttpRoute } from "./transport.ts";

publicTransportSuite("over node:http and ws", createNodeTransport);

slowSuite("over node:http and ws", (options, hooks, routes) =>
  createNodeTransport({ ...options, slowMs: 1_500 }, hooks, routes),
);

const ROUTES: HttpRoute[] = [
  { path: "/now", answer: () => ({ status: 200, body: "now" }) },
  { path: "/later", answer: () => Promise.resolve({ status: 503, body: "later" }) },
];

function listening() {
  const options = { host: "127.0.0.1", port: 0, ...LIMITS, balance: "kernel", warn: expect.unreachable } as const;
  return notedTransport((hooks) => createNodeTransport(options, hooks, ROUTES));
}

describe("who asks for another protocol than WebSocket", () => {
  const request = (path: string) =>
    `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n\r\n`;

  it.each([
    ["/now", /^HTTP\/1\.1 200 OK\r\n.*\r\n\r\nnow$/s],
    ["/later", /^HTTP\/1\.1 503 .*\r\n\r\nlater$/s],
    ["/", /^HTTP\/1\.1 404 /],
  ])("gets its answer all the same: %s", async (path, expected) => {
    const { port, opened } = await listening();
    const socket = await openSocket(port);
    let got = "";
    socket.on("data", (chunk) => (got += chunk));
    socket.write(request(path));
    await once(socket, "end");
    expect(got).toMatch(expected);
    expect(opened).toEqual([]);
  });

  it("may be gone by then", async () => {
    const { port, connect } = await listening();
    for (let count = 0; count < 20; count++) {
      const socket = await openSocket(port);
      socket.write(request("/later"));
      socket.resetAndDestroy();
    }
    await connect();
  });
});

it("a client that pings and reads no answers gets no more of them than its budget holds", async () => {
  const { opened, connect } = await listening();
  const client = await connect();
  client.socket.pause();
  const pings = Array.from({ length: 10_000 }, () => ({ opcode: Opcode.PING, payload: "x".repeat(125) }));
  await eventually(() => {
    client.frame(...pings);
    expect(opened[0]?.socket.unsent).toBeGreaterThan(LIMITS.sendBudget);
  });
  const { alive = 0 } = opened[0]?.heard ?? {};
  client.frame(...pings);
  await eventually(() => expect(opened[0]?.heard.alive).toBeGreaterThan(alive + 5_000));
  expect(opened[0]?.socket.unsent).toBeLessThan(LIMITS.sendBudget * 2);
});
