import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { translatingSockets } from "./sockets.ts";

/** A server that says these texts, whatever it is asked. */
async function saying(...texts: string[]): Promise<string> {
  const server = createServer();
  server.on("upgrade", ({ headers }, socket) => {
    const key = `${headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash("sha1").update(key).digest("base64");
    socket.write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: fugitive.v1.json\r\n\r\n`,
    );
    for (const text of texts) socket.write(Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)]));
    onTestFinished(() => void socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it("what a server says that is no JSON is left to the client, and ends no process", async () => {
  const bytes = { in: 0, out: 0 };
  const socket = new (translatingSockets(bytes))(await saying("{no", "[12]"), []);
  const frames: ArrayBuffer[] = [];
  socket.addEventListener("message", ({ data }: { readonly data: unknown }) => frames.push(data as ArrayBuffer));
  await expect.poll(() => frames.length).toBe(2);
  expect(Buffer.from(frames[0] as ArrayBuffer).toString()).toBe("{no");
  // an array of one number
  expect([...new Uint8Array(frames[1] as ArrayBuffer)]).toEqual([0x91, 12]);
  expect(bytes.in).toBe(7);
  socket.close();
});
