import { createServer } from "node:http";
import { expect, it, onTestFinished } from "vitest";
import { handshake } from "../test/raw-handshake.ts";
import { LIMITS, notedTransport } from "./test/noted-transport.ts";
import { transportSuite } from "./test/transport-suite.ts";
import type { TransportHooks } from "./transport.ts";
import { createWsTransport } from "./ws-transport.ts";

async function overHttp(hooks: TransportHooks) {
  const server = createServer((_, response) => response.end("plain"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const transport = createWsTransport({ ...LIMITS, port }, hooks);
  server.on("upgrade", (request, socket, head) => transport.upgrade(request, socket, head));
  onTestFinished(() => void server.close());
  return transport;
}

transportSuite("over ws", overHttp);

it("over ws, a message that comes with the request is not lost", async () => {
  const { port, opened } = await notedTransport(overHttp);
  const { socket, status } = await handshake({ port });
  expect([status, opened.length]).toEqual([101, 1]);
  socket.destroy();
});

it("over ws, nobody is let in while it does not listen, and who is there stays", async () => {
  const { transport, port, connect } = await notedTransport(overHttp, { message: (socket) => void socket.send("[1]") });
  const client = await connect();
  transport.stopListening();
  const { status, socket } = await handshake({ port });
  expect(status).toBe(503);
  socket.destroy();
  client.text("still");
  expect(await client.next()).toEqual([1]);
  await transport.listen();
  (await connect()).destroy();
});

it.each([
  ["no key", { "Sec-WebSocket-Key": undefined }, 400],
  ["a key that is none", { "Sec-WebSocket-Key": "short" }, 400],
  ["another version", { "Sec-WebSocket-Version": "7" }, 400],
  ["another protocol", { Upgrade: "h2c" }, 400],
])("over ws, a handshake with %s is refused, and nobody is told of it", async (_, headers, expected) => {
  const { port, opened } = await notedTransport(overHttp);
  const { status, socket } = await handshake({ port, headers });
  socket.destroy();
  expect([status, opened.length]).toEqual([expected, 0]);
});

it("over ws, a path that is no address of anything does no harm", async () => {
  const { port, opened } = await notedTransport(overHttp);
  const { status, socket } = await handshake({ port, path: "//x:999999" });
  socket.destroy();
  expect([status, opened[0]?.request.path]).toEqual([101, "//x:999999"]);
});
