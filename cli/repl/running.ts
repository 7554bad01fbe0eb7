import { AppError } from "../../shared/errors.ts";

/** What runs and can be cancelled. */
export interface Job {
  readonly id: number;
  /** The line that began it. */
  readonly line: string;
  readonly signal: AbortSignal;
  /** Since it began, in milliseconds. */
  readonly ms: () => number;
  /** It is over. */
  readonly end: () => void;
}

/** Everything that runs, by numbers that count up. */
export class Running {
  readonly #jobs = new Map<number, { readonly job: Job; readonly controller: AbortController }>();
  #last = 0;

  get jobs(): readonly Job[] {
    return [...this.#jobs.values()].map(({ job }) => job);
  }

  begin(line: string): Job {
    const id = ++this.#last;
    const controller = new AbortController();
    const began = performance.now();
    const end = () => void this.#jobs.delete(id);
    const job = { id, line, signal: controller.signal, ms: () => performance.now() - began, end };
    this.#jobs.set(id, { job, controller });
    return job;
  }

  /** @returns whether there was such a job */
  cancel(id: number): boolean {
    const entry = this.#jobs.get(id);
    entry?.controller.abort(new AppError("CANCELLED", "Cancelled."));
    return entry !== undefined;
  }

  cancelAll(): number {
    const ids = [...this.#jobs.keys()];
    for (const id of ids) this.cancel(id);
    return ids.length;
  }
}
