import { ERROR_CODES } from "../../shared/codes.ts";
import { Histogram } from "../histogram.ts";
import { BoundedLabels } from "./bounded-labels.ts";
import type { SnapshotBuilder } from "./snapshot.ts";

/** Codes of errors, those of the protocol and of the application, that a socket worker tells apart. */
const MOST_CODES = 100;
/** What is called that there is not: its name is the client's invention. No procedure can have this one. */
const UNKNOWN = "";

/** The codes that errors may have as labels: the same for all procedures. */
export function errorLabels(): BoundedLabels {
  const labels = new BoundedLabels(MOST_CODES);
  // so that no application can use up the room that these need
  for (const code of Object.keys(ERROR_CODES)) labels.of(code);
  return labels;
}

/** What became of one procedure's calls. */
export class CallMetrics {
  /** Answered with a result. */
  ok = 0;
  /** Answered in this turn, and not timed yet. */
  untimed = 0;
  readonly durations = new Histogram();
  readonly #name: string;
  readonly #labels: BoundedLabels;
  #failed: Map<string, number> | undefined;

  constructor(name: string, labels: BoundedLabels) {
    this.#name = name;
    this.#labels = labels;
  }

  /** Answered with an error. */
  failed(code: string): void {
    this.#failed ??= new Map();
    const label = this.#labels.of(code);
    this.#failed.set(label, (this.#failed.get(label) ?? 0) + 1);
  }

  /** One that was never called has nothing to tell. */
  addTo(snapshot: SnapshotBuilder): void {
    const known = this.#name !== UNKNOWN;
    if (this.ok === 0 && this.#failed === undefined) return;
    if (known) snapshot.add("fugitive_calls_total", [this.#name, "ok"], this.ok);
    for (const [code, count] of this.#failed ?? []) snapshot.add("fugitive_calls_total", [this.#name, code], count);
    if (known) snapshot.addHistogram("fugitive_call_duration_seconds", [this.#name], this.durations);
  }
}

/** For calls of procedures that there are not. */
export function unknownCalls(labels: BoundedLabels): CallMetrics {
  return new CallMetrics(UNKNOWN, labels);
}
