import { createServer, type Socket as NetSocket, type Server } from "node:net";

/** Duplicates a descriptor, closed on exec; -1 where the system refuses. */
type Duplicate = (descriptor: number) => number;

/** `fcntl` command by platform: duplicate to the lowest free descriptor, close-on-exec, which plain `dup` would lose. */
const F_DUPFD_CLOEXEC: Partial<Record<NodeJS.Platform, number>> = { linux: 1030, darwin: 67, freebsd: 17 };

const BACKLOG = 4096;

/**
 * Whether this system can hand an accepted connection from Node to uWebSockets.js.
 * @returns the duplicating function, or in words why there is none
 */
export async function loadDuplicate(): Promise<Duplicate | string> {
  const command = F_DUPFD_CLOEXEC[process.platform];
  if (command === undefined) return `${process.platform} has no descriptors to hand over`;
  try {
    const { default: koffi } = await import("koffi");
    const fcntl = koffi.load(null).func("int fcntl(int descriptor, int command, ...)");
    return (descriptor) => fcntl(descriptor, command, "int", 0) as number;
  } catch (error) {
    return `koffi does not load here: ${error instanceof Error ? error.message : String(error)}`;
  }
}

export interface AdoptOptions {
  readonly host: string;
  readonly port: number;
  readonly duplicate: Duplicate;
  /** Takes over a descriptor, and owns it from then on. */
  adopt(descriptor: number): void;
  /** A connection had to be refused, usually for want of descriptors. */
  refused(): void;
}

/**
 * Listens through node:net, so that in a socket worker the primary accepts and deals connections round robin, and
 * hands each one on: its descriptor is duplicated, Node's own handle closed (it never read a byte), and the duplicate
 * adopted by uWebSockets.js, which opens its own sockets and would otherwise never see the cluster's.
 */
export function listenAndAdopt(options: AdoptOptions): Promise<Server> {
  const server = createServer({ pauseOnConnect: true }, (connection) => {
    const descriptor = descriptorOf(connection);
    const duplicate = descriptor === undefined ? -1 : options.duplicate(descriptor);
    connection.destroy();
    if (duplicate < 0) options.refused();
    else options.adopt(duplicate);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: options.host, port: options.port, backlog: BACKLOG }, () => {
      server.off("error", reject);
      // later errors are the kernel's on single accepts: it goes on
      server.on("error", options.refused);
      resolve(server);
    });
  });
}

/** Node keeps the descriptor on the handle; undefined where the client was gone before we looked. */
function descriptorOf(connection: NetSocket): number | undefined {
  const { _handle: handle } = connection as NetSocket & { _handle?: { fd?: number } | null };
  return handle?.fd !== undefined && handle.fd >= 0 ? handle.fd : undefined;
}
