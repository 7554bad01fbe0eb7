import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { freePort } from "./free-port.ts";

/** A way to a port of the loopback that can be cut, and mended. */
export interface Cable {
  /** Where it begins. */
  readonly port: number;
  /** All connections break, and new ones are refused. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** All connections break, and new ones come to another port. */
  lead(to: number): void;
}

export async function layCable(first: number): Promise<Cable> {
  let to = first;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => undefined);
  };
  const server: Server = createServer((socket) => {
    const onward = connect(to, "127.0.0.1");
    for (const end of [socket, onward]) keep(end);
    socket.pipe(onward).pipe(socket);
    socket.on("close", () => onward.destroy());
    onward.on("close", () => socket.destroy());
  });
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  // one that no connection is given while this is cut
  const port = await freePort();
  async function mend(): Promise<void> {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  }
  await mend();
  return {
    port,
    mend,
    lead(other) {
      to = other;
      breakAll();
    },
    async cut() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      breakAll();
      await closed;
    },
  };
}
