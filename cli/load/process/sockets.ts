import { NodeWebSocket } from "../../../client/node-web-socket.ts";
import type { WebSocketConstructor, WebSocketLike } from "../../../client/web-socket.ts";
import { createCompactCodec } from "../../../shared/compact-codec.ts";
import { SUBPROTOCOL_JSON } from "../../../shared/message.ts";
import { portableDeflate } from "../../../shared/portable-deflate.ts";

/** Where bytes are counted: what frames hold, without their heads and what TLS adds. */
export interface Bytes {
  in: number;
  out: number;
}

/** WebSockets of Node.js that count what goes through them. */
export function countingSockets(bytes: Bytes): WebSocketConstructor {
  return class extends NodeWebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      this.on("message", (data: ArrayBuffer) => {
        bytes.in += data.byteLength;
      });
    }

    override send(data: Uint8Array<ArrayBuffer>): void {
      bytes.out += data.byteLength;
      super.send(data);
    }
  };
}

/**
 * The same for a server that is to speak JSON: the client speaks MessagePack as ever, and each frame is translated. That
 * costs the load process more than it would cost a client made for JSON.
 */
export function translatingSockets(bytes: Bytes): WebSocketConstructor {
  return class implements WebSocketLike {
    binaryType = "arraybuffer";
    readonly #codec = createCompactCodec({ deflate: portableDeflate, deflateThreshold: Number.POSITIVE_INFINITY });
    readonly #socket: NodeWebSocket;

    constructor(url: string, _protocols: string[]) {
      this.#socket = new NodeWebSocket(url, [SUBPROTOCOL_JSON]);
    }

    addEventListener(type: "open" | "error" | "message" | "close", listener: (event: never) => void): void {
      if (type !== "message") {
        this.#socket.addEventListener(type, listener as () => void);
        return;
      }
      this.#socket.addEventListener("message", ({ data }) => {
        const text = String(data);
        bytes.in += Buffer.byteLength(text);
        listener({ data: this.#translated(text) } as never);
      });
    }

    #translated(text: string): ArrayBuffer {
      try {
        // the client takes all of a buffer for the frame
        return this.#codec.frame([this.#codec.encode(JSON.parse(text))]).slice().buffer;
      } catch {
        // what is no JSON, the client refuses as it does what is no MessagePack
        return new TextEncoder().encode(text).buffer;
      }
    }

    send(data: Uint8Array<ArrayBuffer>): void {
      const text = JSON.stringify(this.#codec.decode(data));
      bytes.out += Buffer.byteLength(text);
      this.#socket.send(text);
    }

    close(code?: number, reason?: string): void {
      this.#socket.close(code, reason);
    }

    terminate(): void {
      this.#socket.terminate();
    }
  };
}
