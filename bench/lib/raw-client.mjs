// WebSocket clients that cost as little as can be: one prebuilt masked frame, sent again whenever an answer comes.
import { once } from "node:events";
import { connect } from "node:net";

const TEXT = 0x81;
const BINARY = 0x82;

/** A client's frame: binary, final, masked with zeros so that it can be built once. */
export function clientFrame(payload) {
  return frameOf(BINARY, payload);
}

/** The same of text. */
export function textFrame(text) {
  return frameOf(TEXT, Buffer.from(text));
}

function frameOf(first, payload) {
  const { length } = payload;
  const head = Buffer.alloc(14);
  head[0] = first;
  let size = 2;
  if (length < 126) head[1] = 0x80 | length;
  else if (length < 65_536) {
    head[1] = 0x80 | 126;
    size += head.writeUInt16BE(length, 2) - 2;
  } else {
    head[1] = 0x80 | 127;
    size += head.writeBigUInt64BE(BigInt(length), 2) - 2;
  }
  const mask = 4;
  return Buffer.concat([head.subarray(0, size + mask), payload]);
}

/** Opens a WebSocket on loopback and calls `frame(payload length)` for every frame that comes. */
export async function openRaw(port, subprotocol, frame, path = "/") {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n` +
      `${subprotocol ? `Sec-WebSocket-Protocol: ${subprotocol}\r\n` : ""}\r\n`,
  );
  let rest = Buffer.alloc(0);
  let upgraded;
  const ready = new Promise((resolve) => {
    upgraded = resolve;
  });
  let open = false;
  socket.on("data", (chunk) => {
    let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (!open) {
      const end = data.indexOf("\r\n\r\n");
      if (end === -1) {
        rest = data;
        return;
      }
      if (!data.subarray(0, 12).equals(Buffer.from("HTTP/1.1 101"))) throw new Error(data.toString("latin1", 0, end));
      open = true;
      data = data.subarray(end + 4);
      upgraded();
    }
    let at = 0;
    while (data.length - at >= 2) {
      const short = data[at + 1] & 0x7f;
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (data.length - at < head) break;
      const length =
        short < 126 ? short : short === 126 ? data.readUInt16BE(at + 2) : Number(data.readBigUInt64BE(at + 2));
      if (data.length - at < head + length) break;
      frame(length, data, at + head);
      at += head + length;
    }
    rest = data.subarray(at);
  });
  await ready;
  return socket;
}

/** Keeps `connections` clients busy for `ms`: each sends `frame` again when its answer is there. @returns answers */
export async function hammer({ port, subprotocol, frame, connections, ms }) {
  let answers = 0;
  let running = true;
  const sockets = [];
  for (let index = 0; index < connections; index++) {
    const socket = await openRaw(port, subprotocol, () => {
      answers++;
      if (running) socket.write(frame);
    });
    sockets.push(socket);
  }
  for (const socket of sockets) socket.write(frame);
  await new Promise((resolve) => setTimeout(resolve, ms));
  running = false;
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (const socket of sockets) socket.destroy();
  return answers;
}
