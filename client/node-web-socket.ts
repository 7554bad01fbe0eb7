import { WebSocket } from "ws";

/** That of the `ws` package. Messages are deflated by the protocol itself, and only where that pays. */
export class NodeWebSocket extends WebSocket {
  constructor(url: string, protocols: string[]) {
    super(url, protocols, { perMessageDeflate: false });
  }
}
