import type { TemplatedApp, HttpResponse as UwsResponse } from "uWebSockets.js";

/**
 * Remembers who the clients of connections are where a proxy told it before their first byte. uWebSockets.js keeps
 * nothing for a connection that is no WebSocket yet, and gives each request an object of its own; but a handler for a
 * body that is set when the connection opens is called right after the handler of its first request, which is how that
 * learns whose it is.
 */
export class ToldClients {
  #opening: string | undefined;
  #asking: ((client: string) => void) | undefined;

  constructor(app: TemplatedApp) {
    const opened = (response: UwsResponse, change: number): void => this.#opened(response, change);
    app.filter(opened);
  }

  /** Runs what opens a connection whose client is known. */
  open(client: string | undefined, adopt: () => void): void {
    this.#opening = client;
    adopt();
    this.#opening = undefined;
  }

  /**
   * Finds out whose request is being handled, a request without a body, and calls back in a later turn: within the one
   * of the request itself uWebSockets.js is not to be given an answer from there.
   */
  find(response: UwsResponse, found: (client: string | undefined) => void): void {
    let client: string | undefined;
    let aborted = false;
    response.onAborted(() => {
      aborted = true;
    });
    const asking = (told: string): void => {
      client = told;
      if (this.#asking === asking) this.#asking = undefined;
    };
    this.#asking = asking;
    setImmediate(() => {
      if (this.#asking === asking) this.#asking = undefined;
      if (!aborted) response.cork(() => found(client));
    });
  }

  /** A connection opens, or closes. */
  #opened(response: UwsResponse, change: number): void {
    const client = this.#opening;
    if (change !== 1 || client === undefined) return;
    let first = true;
    response.onData(() => {
      if (first) this.#asking?.(client);
      first = false;
    });
  }
}
