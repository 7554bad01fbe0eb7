import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A way to a port of the loopback that can be cut, and mended. */
export interface Cable {
  /** Where it begins. */
  readonly port: number;
  /** All connections break, and new ones are refused. */
  cut(): Promise<void>;
  mend(): Promise<void>;
}

export async function layCable(to: number): Promise<Cable> {
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
  async function listen(port: number): Promise<void> {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  }
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    mend: () => listen(port),
    async cut() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
