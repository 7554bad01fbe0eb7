import { WebSocket } from "ws";

const OPEN_MS = 10_000;

/** A connection of the wire protocol as JSON, which shares no line with the project's own client. */
export class RawConnection {
  socket;
  /** Resolves, with the close code, when it is over; whether it ever was open or not. */
  closed;

  /** @param receive gets each message, batches taken apart */
  constructor(port, receive, format = "json") {
    const options = { perMessageDeflate: false, handshakeTimeout: OPEN_MS };
    this.socket = new WebSocket(`ws://127.0.0.1:${port}`, [`fugitive.v1.${format}`], options);
    this.closed = new Promise((resolve) => {
      this.socket.once("close", (code) => resolve(code));
    });
    // what follows an error is a close
    this.socket.on("error", () => undefined);
    this.socket.on("message", (data, binary) => {
      if (binary) return;
      const frame = JSON.parse(data.toString());
      for (const message of Array.isArray(frame[0]) ? frame : [frame]) receive(message);
    });
  }

  /** @returns whether it is open */
  opened() {
    const opened = new Promise((resolve) => {
      this.socket.once("open", () => resolve(true));
    });
    return Promise.race([opened, this.closed.then(() => false)]);
  }

  send(message) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  cut() {
    this.socket.terminate();
  }
}
