import type { FromWorker } from "../primary/control-message.ts";
import type { Deal } from "../transport/deal.ts";

/** What Node has of a connection that came from another process. */
export interface ConnectionHandle {
  /** Below 0 where it is closed. */
  readonly fd: number;
  close(): void;
}

/**
 * Finds out whose a connection is before anybody else reads it.
 * @param done told of the client, if somebody said so; not called for a connection that is hung up on instead
 * @returns whether that takes its time, and the handle is closed there
 */
export type ReadClient = (handle: ConnectionHandle, done: (client: string | undefined) => void) => boolean;

/** A socket worker's side of the primary's dealing: takes what is dealt, and says so. */
export class DealtConnections implements Deal {
  readonly #tell: (message: FromWorker) => void;
  readonly #readClient: ReadClient | undefined;
  #take: Parameters<Deal["begin"]>[0] | undefined;

  /** @param readClient undefined where connections are their openers' own */
  constructor(tell: (message: FromWorker) => void, readClient?: ReadClient) {
    this.#tell = tell;
    this.#readClient = readClient;
  }

  begin(take: (descriptor: number, client?: string) => void): void {
    this.#take = take;
    this.#tell({ type: "taking", taking: true });
  }

  end(): void {
    this.#take = undefined;
    this.#tell({ type: "taking", taking: false });
  }

  /** A connection came. Where none are wanted any more, it goes back. @param handle undefined where it is gone already */
  receive(handle: ConnectionHandle | undefined): void {
    const take = this.#take;
    const there = handle !== undefined && handle.fd >= 0;
    const reading = there && take !== undefined && this.#readClient?.(handle, (client) => take(handle.fd, client));
    if (!reading) {
      if (there) take?.(handle.fd);
      handle?.close();
    }
    this.#tell({ type: "took", taken: take !== undefined });
  }
}
