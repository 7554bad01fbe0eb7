import { createHash, randomBytes } from "node:crypto";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { SUBPROTOCOLS } from "../../shared/message.ts";

/** RFC 6455, section 1.3. */
const MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** What came of a handshake. */
export interface Handshake {
  readonly status: number;
  /** Whether the answer is one to this handshake, rather than one that somebody has kept. */
  readonly accepted: boolean;
  readonly protocol: string | undefined;
  readonly extensions: string | undefined;
  /** Who says that it has answered. */
  readonly server: string | undefined;
  readonly location: string | undefined;
}

/** Asks for a WebSocket, and hangs up on it. Rejects where nobody answers. */
export function shakeHands(url: string, signal: AbortSignal): Promise<Handshake> {
  const target = new URL(url);
  target.protocol = target.protocol.replace(/^ws/, "http");
  const key = randomBytes(16).toString("base64");
  const send = target.protocol === "https:" ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const asked = send(target, {
      signal,
      headers: {
        ...{ Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13" },
        ...{ "Sec-WebSocket-Key": key, "Sec-WebSocket-Protocol": SUBPROTOCOLS.join(", ") },
      },
    });
    asked.on("error", reject);
    const answered = ({ statusCode, headers }: IncomingMessage) => {
      const expected = createHash("sha1")
        .update(key + MAGIC)
        .digest("base64");
      resolve({
        status: statusCode ?? 0,
        accepted: headers["sec-websocket-accept"] === expected,
        protocol: headers["sec-websocket-protocol"]?.toString(),
        extensions: headers["sec-websocket-extensions"]?.toString(),
        server: headers.server?.toString(),
        location: headers.location?.toString(),
      });
      asked.destroy();
    };
    asked.on("response", answered);
    asked.on("upgrade", (response, socket) => {
      answered(response);
      socket.destroy();
    });
    asked.end();
  });
}
