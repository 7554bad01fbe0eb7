/**
 * What can be moved: that which browsers call `Transferable`, and Node.js has a list of its own for. Neither is named here:
 * so these types are for projects as well that know nothing of the other platform.
 */
export type Movable = object;

/** A browser's `Worker`, as far as one that comes from elsewhere is looked at. */
export interface BrowserWorker {
  postMessage(message: unknown): void;
  terminate(): void;
}
