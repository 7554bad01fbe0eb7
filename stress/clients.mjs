import { WebSocket } from "ws";
import { connect } from "../dist/client/node.js";

/** Who is cut off again and again would wait for longer and longer. */
const RECONNECT = { minDelayMs: 100, maxDelayMs: 1_000 };
/** So many of the last messages are told where something is wrong, and so much of each. */
const LAST = 30;
const TOLD = 120;

/** The project's own client, whose connection can be harmed from outside. */
export class StressClient {
  client;
  /** How often an open connection was lost. */
  losses = 0;
  /** What the client was told of the last of these. */
  lastLoss;
  /** Whether a server knows it: what is said before is asked for again on no other connection. */
  #welcomed = false;
  #socket;
  #last = [];

  constructor(world, options = {}) {
    const note = (socket) => {
      this.#socket = socket;
    };
    class NotedSocket extends WebSocket {
      constructor(url, protocols) {
        super(url, protocols, { perMessageDeflate: false });
        note(this);
      }
    }
    const url = `ws://127.0.0.1:${world.port}`;
    this.client = connect(url, { reconnect: RECONNECT, webSocket: NotedSocket, ...options });
    this.client.use({
      onSend: (message) => this.#note(">", message),
      onReceive: (message) => this.#note("<", message),
    });
    this.client.on("welcome", () => {
      this.#welcomed = true;
    });
    this.client.on("disconnected", (reason) => {
      this.lastLoss = reason;
      this.#note("lost", reason);
      this.losses++;
      world.count("connections lost");
    });
    this.client.on("error", (error) => world.complain(`a client was told of an error: ${error?.stack ?? error}`));
  }

  /** The last messages, for whoever wonders what went wrong. */
  get story() {
    return this.#last.map(([way, message]) => `${way} ${JSON.stringify(message).slice(0, TOLD)}`).join("\n    ");
  }

  #note(way, message) {
    this.#last.push([way, message]);
    if (this.#last.length > LAST) this.#last.shift();
  }

  /** Ends the connection without a word. */
  cut() {
    this.#socket?.terminate();
  }

  /** Reads nothing until the function returned is called. */
  freeze() {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN) return () => undefined;
    socket.pause();
    return () => socket.resume();
  }

  /** Once in a while, harms the connection. @param pauseMs between two times, at least and at most */
  disturb(world, random, [least, most]) {
    return world.repeat("what disturbs clients", async () => {
      await world.pause(random.between(least, most));
      if (world.stopping || !this.#welcomed) return;
      const how = random.pick(["cut", "move", "freeze"]);
      world.count(`clients: ${how}`);
      if (how === "cut") this.cut();
      else if (how === "move") this.client.reconnect();
      else {
        const thaw = this.freeze();
        await world.pause(random.between(100, 2_500));
        thaw();
      }
    });
  }

  close() {
    this.client.close();
  }
}
