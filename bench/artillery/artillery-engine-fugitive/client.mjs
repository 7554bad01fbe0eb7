import { createRequire } from "node:module";
import { connect } from "../../../dist/client/node.js";

// the one that the client has, and not the older one of Artillery, which is nearer from here
const { WebSocket } = createRequire(new URL("../../../dist/client/node.js", import.meta.url))("ws");

/** Adds up the bytes of frames, without what TCP, TLS and the WebSocket put around them. */
class CountingWebSocket extends WebSocket {
  #bytes;

  constructor(url, protocols, bytes) {
    super(url, protocols, { perMessageDeflate: false });
    this.#bytes = bytes;
    this.on("message", (data) => {
      bytes.received += data.byteLength;
    });
  }

  send(data, ...rest) {
    this.#bytes.sent += data.byteLength;
    super.send(data, ...rest);
  }
}

/**
 * The project's own client, which counts its bytes.
 *
 * @returns the client, and `{ sent, received }`, which go up
 */
export function connectCounting(target, options) {
  const bytes = { sent: 0, received: 0 };
  // called with `new`, it gives what it returns
  function webSocket(url, protocols) {
    return new CountingWebSocket(url, protocols, bytes);
  }
  return { client: connect(target, { ...options, webSocket }), bytes };
}
