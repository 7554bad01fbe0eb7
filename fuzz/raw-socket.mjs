import { randomBytes } from "node:crypto";
import { connect } from "node:net";

const OPEN_MS = 10_000;
/** So much may wait in this process before whoever sends waits, in bytes. */
const ENOUGH = 1_000_000;
/** How long is waited for the other side to take some of it, in milliseconds. */
const PATIENCE_MS = 200;

export const TEXT = 1;
export const BINARY = 2;

/** A TCP connection to the server that speaks WebSocket as badly as it is told to. */
export class RawSocket {
  socket;
  closed = false;
  /** Bytes that came. */
  received = 0;

  constructor(port) {
    this.socket = connect({ host: "127.0.0.1", port, noDelay: true });
    // a reset is one of the ways in which this ends
    this.socket.on("error", () => undefined);
    this.socket.once("close", () => {
      this.closed = true;
    });
    this.socket.on("data", (chunk) => {
      this.received += chunk.length;
    });
  }

  /** Opens one, with a handshake. @returns undefined where the server does not want it */
  static async open(port, format = "json") {
    const raw = new RawSocket(port);
    raw.write(handshake(format));
    const answered = new Promise((resolve) => {
      raw.socket.once("data", (chunk) => resolve(chunk.toString("latin1").startsWith("HTTP/1.1 101")));
      raw.socket.once("close", () => resolve(false));
      setTimeout(resolve, OPEN_MS, false).unref();
    });
    if (await answered) return raw;
    raw.cut();
    return undefined;
  }

  write(bytes) {
    if (!this.closed && this.socket.writable) this.socket.write(bytes);
  }

  /** Sends frames as they are, or those of a value as JSON. */
  send(...values) {
    this.write(Buffer.concat(values.map((value) => frame(TEXT, JSON.stringify(value)))));
  }

  binary(...payloads) {
    this.write(Buffer.concat(payloads.map((payload) => frame(BINARY, payload))));
  }

  /** Waits until not too much waits to be sent; not for long, as the other side may have stopped to read. */
  async room() {
    if (this.closed || this.socket.writableLength < ENOUGH) return;
    await new Promise((resolve) => {
      this.socket.once("drain", resolve);
      this.socket.once("close", resolve);
      setTimeout(resolve, PATIENCE_MS);
    });
  }

  cut() {
    this.socket.destroy();
  }
}

export function handshake(format = "json", more = "") {
  const key = randomBytes(16).toString("base64");
  return (
    "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
    `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Protocol: fugitive.v1.${format}\r\n${more}\r\n`
  );
}

/** A frame, masked with zeros unless it is not to be; `length` is what the head says of it. */
export function frame(opcode, content, { fin = true, reserved = 0, masked = true, length, wide = 0 } = {}) {
  const payload = Buffer.from(content);
  const claimed = BigInt(length ?? payload.length);
  const mask = masked ? 0x80 : 0;
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  let head;
  if (claimed < 126n && wide === 0) head = Buffer.of(first, mask | Number(claimed));
  else if (claimed < 65_536n && wide < 2) {
    head = Buffer.of(first, mask | 126, Number(claimed >> 8n), Number(claimed & 0xffn));
  } else {
    head = Buffer.alloc(10);
    head[0] = first;
    head[1] = mask | 127;
    head.writeBigUInt64BE(claimed & 0xffff_ffff_ffff_ffffn, 2);
  }
  return Buffer.concat([head, Buffer.alloc(masked ? 4 : 0), payload]);
}
