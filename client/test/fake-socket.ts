import type { WebSocketLike } from "../web-socket.ts";

interface Events {
  open: () => void;
  error: () => void;
  message: (event: { data: unknown }) => void;
  close: (event: { code: number; reason: string }) => void;
}

/** The client's end of a connection in memory, with strings for a server to pull. */
export class FakeSocket implements WebSocketLike {
  binaryType = "blob";
  state: "connecting" | "open" | "closed" = "connecting";
  /** Takes what the client sends. */
  sent: (data: Uint8Array) => void = () => {};
  /** How the client closed it. */
  closedWith: number | "terminated" | undefined;
  readonly #listeners: { [Type in keyof Events]: Events[Type][] } = { open: [], error: [], message: [], close: [] };

  addEventListener<Type extends keyof Events>(type: Type, listener: Events[Type]): void {
    this.#listeners[type].push(listener);
  }

  send(data: Uint8Array): void {
    if (this.state === "connecting") throw new Error("Sending before it is open.");
    if (this.state === "open") this.sent(new Uint8Array(data));
  }

  close(code = 1005): void {
    if (code !== 1005 && code !== 1000 && !(code >= 3000 && code <= 4999))
      throw new Error(`No browser closes by ${code}.`);
    this.#close(code);
  }

  terminate(): void {
    this.#close("terminated");
  }

  opened(): void {
    this.state = "open";
    for (const listener of this.#listeners.open) listener();
  }

  deliver(data: Uint8Array | string): void {
    // a copy: the bytes of a Node Buffer are a view on others too, and its slice() is no copy
    const event = { data: typeof data === "string" ? data : new Uint8Array(data).buffer };
    if (this.state === "open") for (const listener of this.#listeners.message) listener(event);
  }

  ended(code: number, reason: string): void {
    if (this.state === "closed") return;
    this.state = "closed";
    if (code === 1006) for (const listener of this.#listeners.error) listener();
    for (const listener of this.#listeners.close) listener({ code, reason });
  }

  #close(how: number | "terminated"): void {
    this.closedWith ??= how;
    queueMicrotask(() => this.ended(1006, ""));
  }
}
