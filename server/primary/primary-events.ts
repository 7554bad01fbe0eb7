/** A socket worker, as those hear of it who listen. */
export interface WorkerFacts {
  /** Its number: from 1. */
  readonly worker: number;
  readonly pid: number;
}

/** What happens in the primary. */
export interface PrimaryEvents {
  /** A socket worker serves that did not before. */
  workerServing(worker: WorkerFacts): void;
  /** One is no more, or never was. `how` is for people: with which code, or of which signal. */
  workerExit(worker: WorkerFacts, how: string): void;
}
