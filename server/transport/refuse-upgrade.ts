import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { HttpAnswer } from "./transport.ts";

/** How long who was refused may take to hang up as well, in milliseconds. */
const LINGER_MS = 5_000;

/** Answers a request for a WebSocket with something else, and hangs up. No server of `node:http` looks after it any more. */
export function refuseUpgrade(socket: Duplex, { status, headers = {}, body }: HttpAnswer): void {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Unknown"}`,
    ...Object.entries({ ...headers, connection: "close", "content-length": Buffer.byteLength(body) }).map(
      ([name, value]) => `${name}: ${value}`,
    ),
  ];
  // who asks may be gone already
  socket.on("error", () => undefined);
  socket.end(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), Buffer.from(body)]));
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once("close", () => clearTimeout(timer));
}
