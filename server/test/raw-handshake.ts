import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectSecurely } from "node:tls";
import { LIMIT_MS } from "./patience.ts";

/** RFC 6455, section 1.3. */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

export interface HandshakeOptions {
  readonly port: number;
  /** The certificate, in PEM, that the server has to have, where the connection is encrypted. @default it is not */
  readonly ca?: string;
  /** @default "/" */
  readonly path?: string;
  /** Subprotocols to offer, in this order. @default none */
  readonly offers?: readonly string[];
  /** More headers, or others in place of the handshake's own; undefined leaves one out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

export interface HandshakeAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** What came behind the headers: a body, or the first frames. */
  readonly rest: Buffer;
  readonly socket: Socket;
  /** Whether `sec-websocket-accept` proves that the server read the key. */
  readonly accepted: boolean;
}

/** A TCP connection to the server, once it is there. */
export async function openSocket(port: number, ca?: string): Promise<Socket> {
  const options = { host: "127.0.0.1", port, noDelay: true };
  const socket = ca === undefined ? connect(options) : connectSecurely({ ...options, ca });
  await once(socket, ca === undefined ? "connect" : "secureConnect", { signal: AbortSignal.timeout(LIMIT_MS) });
  // a reset is one of the ways in which connections end here
  socket.on("error", () => undefined);
  return socket;
}

/** The bytes of a WebSocket handshake's request. */
export function handshakeRequest(options: Omit<HandshakeOptions, "port">, key: string): string {
  const headers: Record<string, string | undefined> = {
    Host: "127.0.0.1",
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": key,
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Protocol": options.offers?.join(", "),
    ...options.headers,
  };
  const lines = Object.entries(headers).filter(([, value]) => value !== undefined);
  return [`GET ${options.path ?? "/"} HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`), "", ""].join(
    "\r\n",
  );
}

/** Asks for a WebSocket and reads the answer's head; of a refusal also the body. */
export async function handshake(options: HandshakeOptions): Promise<HandshakeAnswer> {
  const socket = await openSocket(options.port, options.ca);
  const key = randomBytes(16).toString("base64");
  socket.write(handshakeRequest(options, key));
  const bytes = await readHead(socket);
  const end = bytes.indexOf("\r\n\r\n") + 4;
  const [statusLine = "", ...lines] = bytes.subarray(0, end).toString("latin1").trimEnd().split("\r\n");
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  return {
    status: Number(statusLine.split(" ")[1]),
    headers,
    rest: bytes.subarray(end),
    socket,
    accepted: headers.get("sec-websocket-accept") === createHash("sha1").update(`${key}${GUID}`).digest("base64"),
  };
}

function readHead(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let bytes: Buffer = Buffer.alloc(0);
    const timer = setTimeout(() => done(new Error("No answer to the handshake.")), LIMIT_MS);
    const closed = () => done(new Error("The server hung up during the handshake."));
    function data(chunk: Buffer): void {
      bytes = Buffer.concat([bytes, chunk]);
      const end = bytes.indexOf("\r\n\r\n");
      if (end === -1) return;
      const length = /\r\ncontent-length: *(\d+)/i.exec(bytes.subarray(0, end).toString("latin1"))?.[1] ?? "0";
      if (bytes.length >= end + 4 + Number(length)) done(undefined);
    }
    function done(error: Error | undefined): void {
      clearTimeout(timer);
      socket.off("data", data);
      socket.off("close", closed);
      if (error === undefined) {
        socket.pause();
        resolve(bytes);
      } else {
        socket.destroy();
        reject(error);
      }
    }
    socket.on("data", data);
    socket.on("close", closed);
  });
}
