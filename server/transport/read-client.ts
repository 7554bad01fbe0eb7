import { Socket } from "node:net";
import { AddressRanges, plainAddress } from "./address-ranges.ts";
import type { ConnectionHandle } from "./deal.ts";
import { readProxyHeader, SHORTEST } from "./proxy-header.ts";

export interface ReadClientOptions {
  readonly trustedProxies: readonly string[];
  /** How long a proxy may take to say whose its connection is, in milliseconds. */
  readonly handshakeMs: number;
}

/**
 * Prepares the reading of the PROXY header that trusted proxies begin their connections with: just that, so that the
 * bytes behind it are still there for uWebSockets.js. Who is no trusted proxy is not read at all. Without a proper header
 * in time a trusted one is hung up on: it was set up otherwise, and there would be no telling whose connection it is.
 *
 * What is prepared is given a connection, and who is to have it, with its client, before the handle is closed.
 * @returns whether that takes its time
 */
export function clientReader(options: ReadClientOptions) {
  const trusted = new AddressRanges(options.trustedProxies);
  return (handle: ConnectionHandle, done: (client: string | undefined) => void): boolean => {
    const peer = peerOf(handle);
    if (peer === undefined || !trusted.has(peer)) return false;
    readHeader(handle, options.handshakeMs, (client) => done(client ?? peer));
    return true;
  };
}

function readHeader(handle: ConnectionHandle, limitMs: number, done: (client: string | undefined) => void): void {
  let bytes: Buffer = Buffer.alloc(0);
  let next: Buffer = Buffer.alloc(SHORTEST);
  const socket: Socket = new Socket({
    handle,
    // each read may take as much as this holds, and no more
    onread: {
      buffer: () => next,
      callback: (count: number, chunk: Uint8Array) => receive(Buffer.from(chunk.subarray(0, count))),
    },
  } as object);
  // who ends meanwhile need not wait for it
  socket.unref();
  // where this process was busy for so long, what has come meanwhile is read first
  const timer = setTimeout(() => setImmediate(() => socket.destroy()), limitMs).unref();
  socket.on("error", () => undefined);
  socket.on("end", () => socket.destroy());
  socket.on("close", () => clearTimeout(timer));
  socket.resume();

  function receive(chunk: Buffer): boolean {
    bytes = Buffer.concat([bytes, chunk]);
    const step = readProxyHeader(bytes);
    if (step !== undefined && "more" in step) {
      next = Buffer.alloc(step.more);
      return true;
    }
    if (step !== undefined) done(step.client);
    // closes this descriptor: whoever has a duplicate has the connection
    socket.destroy();
    return false;
  }
}

function peerOf(handle: ConnectionHandle): string | undefined {
  const { getpeername } = handle as ConnectionHandle & { getpeername?(out: { address?: string }): number };
  const out: { address?: string } = {};
  return getpeername?.call(handle, out) === 0 && out.address !== undefined ? plainAddress(out.address) : undefined;
}
