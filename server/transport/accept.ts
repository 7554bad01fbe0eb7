import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { listenAtPort } from "./find-port.ts";

export interface AcceptOptions {
  readonly host: string;
  /** 0 for any. */
  readonly port: number;
  /** A connection came. */
  accepted(socket: Socket): void;
  /** Connections had to be refused, usually for want of descriptors. */
  refused(): void;
}

/** Connections that the kernel keeps until they are accepted. */
const BACKLOG = 4_096;
/** From here on Node.js lets several processes listen at one port, where the system does. */
const REUSE_SINCE = [23, 1] as const;
const REUSE_ON: readonly NodeJS.Platform[] = ["linux", "freebsd"];

/** Accepts connections at a port that other processes may share. Rejects where it is not to be had. */
export function accept(options: AcceptOptions): Promise<Server> {
  const { host, port } = options;
  return listenAtPort(host, port, (found) => acceptAt(found, options));
}

/** The port of a server that listens. */
export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function acceptAt(port: number, { host, accepted, refused }: AcceptOptions): Promise<Server> {
  // who has said all there is to say may still be answered
  const server = createServer({ allowHalfOpen: true }, accepted);
  // without it, socket workers share one socket of the primary's, which is node:cluster's business
  server.listen({ host, port, backlog: BACKLOG, ...(canReusePort() && { reusePort: true }) });
  await once(server, "listening");
  // later errors are the kernel's on single accepts: it goes on
  server.on("error", refused);
  return server;
}

function canReusePort(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [sinceMajor, sinceMinor] = REUSE_SINCE;
  return REUSE_ON.includes(process.platform) && (major > sinceMajor || (major === sinceMajor && minor >= sinceMinor));
}
