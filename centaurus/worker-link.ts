import type { Movable } from "./platform-types.ts";

/** A web worker, or what stands for one in Node.js. */
export interface WorkerLink {
  /** @throws DOMException `DataCloneError` where it cannot be cloned */
  post(message: unknown, transfer?: Movable[]): void;
  terminate(): void;
  /** Why it does not run, as far as that can be found out. */
  explain?(): Promise<string>;
}

export interface WorkerLinkListener {
  message(data: unknown): void;
  /** It could not be loaded, or threw what nobody caught. */
  failed(text: string): void;
  /** It has ended, or sent what cannot be read. */
  lost(text: string): void;
}

/** Starts one. @throws what its constructor throws */
export type SpawnWorker = (listener: WorkerLinkListener) => WorkerLink;
