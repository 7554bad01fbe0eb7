import type { Socket } from "node:net";
import { readProxyHeader, SHORTEST } from "./proxy-header.ts";

/**
 * Reads the PROXY header that a connection begins with, and leaves the bytes behind it. Without a proper one it is hung up on.
 * @param done told whose it is; undefined where the proxy speaks for itself
 */
export function takeProxyHeader(socket: Socket, done: (client: string | undefined) => void): void {
  let bytes: Buffer = Buffer.alloc(0);
  let more = SHORTEST;
  const hangUp = () => socket.destroy();

  function read(): void {
    for (let chunk = socket.read(more); chunk !== null; chunk = socket.read(more)) {
      bytes = Buffer.concat([bytes, chunk]);
      const step = readProxyHeader(bytes);
      if (step !== undefined && "more" in step) {
        ({ more } = step);
        continue;
      }
      for (const [event, listener] of listeners) socket.off(event, listener);
      if (step === undefined) hangUp();
      else done(step.client);
      return;
    }
  }

  const listeners = [
    ["readable", read],
    ["end", hangUp],
    ["error", hangUp],
  ] as const;
  for (const [event, listener] of listeners) socket.on(event, listener);
}
