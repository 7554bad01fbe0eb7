import type { Admission } from "./admission.ts";
import type { SocketWorker } from "./socket-worker-contract.ts";

export interface WorkerParts extends Pick<SocketWorker, "port" | "connections" | "publish" | "users"> {
  readonly admission: Pick<Admission, "shed" | "accept" | "drain">;
  /** Ends all the rest. Called once, when no client is left. */
  close(): Promise<void>;
}

/** A socket worker that serves, as the process sees it that runs it. */
export function runningWorker({ admission, close, ...parts }: WorkerParts): SocketWorker {
  let ending: Promise<void> | undefined;
  return {
    ...parts,
    shed: (order) => admission.shed(order),
    accept: () => admission.accept(),
    drain(overMs) {
      const drained = admission.drain(overMs);
      ending ??= drained.then(close);
      return ending;
    },
  };
}
