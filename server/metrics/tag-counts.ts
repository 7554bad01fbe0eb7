import { BoundedLabels } from "./bounded-labels.ts";
import type { SnapshotBuilder } from "./snapshot.ts";

/** The connections by the values that each of some tags has. */
export class TagCounts {
  readonly #tags: ReadonlyMap<string, { readonly labels: BoundedLabels; readonly counts: Map<string, number> }>;

  /** @param tags names of the tags that are looked at @default none: nothing is counted then */
  constructor(tags: readonly string[] = []) {
    this.#tags = new Map(tags.map((tag) => [tag, { labels: new BoundedLabels(), counts: new Map() }]));
  }

  /** The tags that are looked at. */
  get names(): Iterable<string> {
    return this.#tags.keys();
  }

  /**
   * A connection's tag has another value than before.
   * @param before undefined where it had none, as when the connection is new
   * @param after undefined where it has none any more, as when the connection is gone
   */
  changed(tag: string, before: string | undefined, after: string | undefined): void {
    if (before === after) return;
    if (before !== undefined) this.#count(tag, before, -1);
    if (after !== undefined) this.#count(tag, after, 1);
  }

  /** What is 0 is told as well: a series that ends looks like one that stands still. */
  addTo(snapshot: SnapshotBuilder): void {
    for (const [tag, { counts }] of this.#tags) {
      for (const [value, count] of counts) snapshot.add("fugitive_connections_by_tag", [tag, value], count);
    }
  }

  #count(tag: string, value: string, change: number): void {
    const known = this.#tags.get(tag);
    if (known === undefined) return;
    const label = known.labels.of(value);
    known.counts.set(label, (known.counts.get(label) ?? 0) + change);
  }
}
