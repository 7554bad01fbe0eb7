/** What is used of a WebSocket: those of browsers, of Node, and of the `ws` package all fit. */
export interface WebSocketLike {
  binaryType: string;
  /** As of WebSocket, and so are the others. */
  addEventListener(type: "open" | "error", listener: () => void): void;
  /** With what has come: a string, or bytes as `binaryType` says. */
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  /** With why it ended: 1006 where the other side did not say. */
  addEventListener(type: "close", listener: (event: { readonly code: number; readonly reason: string }) => void): void;
  /** Sends one binary message. */
  send(data: Uint8Array<ArrayBuffer>): void;
  /** Ends it, with a code and a reason where they are given. */
  close(code?: number, reason?: string): void;
  /** Of `ws` alone: ends the socket without waiting for the other side. */
  terminate?(): void;
}

/** The class of such a WebSocket. */
export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;
