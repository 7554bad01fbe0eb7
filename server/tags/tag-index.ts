import { NO_TAGS, type Tags, tagOf } from "./tags.ts";

/** Something that can be found by its tags. */
export interface Tagged {
  /** The tags that it is found by now; the index's own. */
  indexed: Tags;
}

/** Told of every change of certain tags. */
export interface TagWatch {
  readonly names: Iterable<string>;
  changed(name: string, before: string | undefined, after: string | undefined): void;
}

/** Names that are looked after at most; by others everything is looked through. */
const MOST_NAMES = 64;
const NOBODY: ReadonlySet<never> = new Set();

/**
 * Finds by tags. Only tags of names that somebody has asked for are looked after, from then on: most are never asked
 * for, and cost nothing here.
 */
export class TagIndex<Item extends Tagged> {
  readonly #all: () => Iterable<Item>;
  readonly #watch: TagWatch | undefined;
  readonly #names = new Map<string, Map<string, Set<Item>>>();

  /** @param all everything there is; each has been given to `update` */
  constructor(all: () => Iterable<Item>, watch?: TagWatch) {
    this.#all = all;
    this.#watch = watch;
  }

  /** Something is new, or tagged otherwise than it was. */
  update(item: Item, tags: Tags): void {
    const before = item.indexed;
    if (before === tags) return;
    item.indexed = tags;
    for (const name of this.#watch?.names ?? []) this.#watch?.changed(name, tagOf(before, name), tagOf(tags, name));
    for (const [name, values] of this.#names) {
      const [old, value] = [tagOf(before, name), tagOf(tags, name)];
      if (old === value) continue;
      if (old !== undefined) remove(values, old, item);
      if (value !== undefined) add(values, value, item);
    }
  }

  forget(item: Item): void {
    this.update(item, NO_TAGS);
  }

  /** All that have this tag; undefined where only looking through everything can tell. */
  of(name: string, value: string): ReadonlySet<Item> | undefined {
    let values = this.#names.get(name);
    if (values === undefined) {
      if (this.#names.size >= MOST_NAMES) return undefined;
      values = new Map();
      this.#names.set(name, values);
      for (const item of this.#all()) {
        const found = tagOf(item.indexed, name);
        if (found !== undefined) add(values, found, item);
      }
    }
    return values.get(value) ?? NOBODY;
  }
}

function add<Item>(values: Map<string, Set<Item>>, value: string, item: Item): void {
  const items = values.get(value);
  if (items === undefined) values.set(value, new Set([item]));
  else items.add(item);
}

function remove<Item>(values: Map<string, Set<Item>>, value: string, item: Item): void {
  const items = values.get(value);
  items?.delete(item);
  if (items?.size === 0) values.delete(value);
}
