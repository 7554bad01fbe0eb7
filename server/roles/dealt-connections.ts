import type { FromWorker } from "../primary/control-message.ts";
import type { ConnectionHandle, Deal } from "../transport/deal.ts";

/** A socket worker's side of the primary's dealing: takes what is dealt, and says so. */
export class DealtConnections implements Deal {
  readonly #tell: (message: FromWorker) => void;
  #take: Parameters<Deal["begin"]>[0] | undefined;

  constructor(tell: (message: FromWorker) => void) {
    this.#tell = tell;
  }

  begin(take: (handle: ConnectionHandle) => void): void {
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
    if (handle !== undefined && handle.fd >= 0 && take !== undefined) take(handle);
    else handle?.close();
    this.#tell({ type: "took", taken: take !== undefined });
  }
}
