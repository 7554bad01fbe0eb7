import type { LoadClient } from "./load-client.ts";

/** What decides when which client calls. */
export interface LoadModel {
  /** A client has a connection, or has none any more. */
  changed(client: LoadClient): void;
  /** How many calls were due since the last time this was asked, and will never be made. */
  take(): number;
  /** Lets no more calls begin. */
  stop(): void;
  /** Resolves when no call is under way, and none will begin. */
  finished(): Promise<void>;
}

export interface LoadSettings {
  /** Of each client; Infinity: no end. */
  readonly iterations: number;
  readonly delayMs: number;
  /** Calls in flight of a client at most. */
  readonly depth: number;
  /** Which action is next. */
  readonly pick: () => number;
}

/** Picks actions at random, each as often as its share says. */
export function pickByShare(shares: readonly number[]): () => number {
  if (shares.length === 1) return () => 0;
  return () => {
    let left = Math.random();
    for (const [index, share] of shares.entries()) {
      left -= share;
      if (left < 0) return index;
    }
    return shares.length - 1;
  };
}
