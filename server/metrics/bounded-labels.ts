/** What all values are called for which there is no room. */
export const OTHER = "other";

/** How many values are kept apart, by default. */
const MOST = 100;
/** Longer ones are not worth a series, in UTF-16 units. */
const LONGEST = 128;

/**
 * Makes labels of values that the application or its clients invent. Each value of a label is a series that Prometheus
 * keeps for good, in memory: so the first so many are told apart, and all others are one. What was told apart stays so.
 */
export class BoundedLabels {
  readonly #most: number;
  readonly #known = new Map<string, string>();

  /** @param most values that are kept apart @default 100 */
  constructor(most = MOST) {
    this.#most = most;
  }

  /** The values that are kept apart. */
  get size(): number {
    return this.#known.size;
  }

  /** The label of a value: itself, or {@link OTHER}. Half a surrogate pair becomes the character that says so. */
  of(value: string): string {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    if (this.#known.size >= this.#most || value.length > LONGEST) return OTHER;
    const label = value.toWellFormed();
    this.#known.set(value, label);
    return label;
  }
}
