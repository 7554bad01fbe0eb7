import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface BusAddress {
  /** What to listen on: a Unix domain socket, or a named pipe on Windows. */
  readonly path: string;
  /** Was created for the socket, and is to be removed with it; pipes have none. */
  readonly folder: string | undefined;
}

const PIPES = "\\\\.\\pipe\\";

/**
 * A place for a bus that nobody else listens on. Creates its folder, where the platform's sockets are files.
 *
 * @param platform defaults to that of this process
 */
export function createBusAddress(platform: NodeJS.Platform = process.platform): BusAddress {
  if (platform === "win32") return { path: `${PIPES}fugitive-${randomBytes(16).toString("hex")}`, folder: undefined };
  const folder = mkdtempSync(join(tmpdir(), `fugitive-${process.pid}-`)); // only this user may enter it
  return { path: join(folder, "bus"), folder };
}

/** Where a further server of the bus at `path` listens, by its name: beside it, to be removed with the same folder. */
export function siblingPath(path: string, name: string): string {
  return path.startsWith(PIPES) ? `${path}-${name}` : join(dirname(path), name);
}
