/** Whether a channel name is a pattern: it ends in `*` and means every channel that begins with what stands before. */
export function isPattern(channel: string): boolean {
  return channel.endsWith("*");
}

/** What a pattern's channels begin with. */
export function prefixOf(pattern: string): string {
  return pattern.slice(0, -1);
}

/**
 * Values by exact name or by pattern. Looking a name up costs one Map access, and one more per distinct length of the
 * patterns there are: with none of them, nothing.
 */
export class PatternMap<Value> {
  readonly #exact = new Map<string, Value>();
  readonly #byPrefix = new Map<string, Value>();
  /** How many patterns there are of each prefix length. */
  readonly #lengths = new Map<number, number>();
  /** The lengths, shortest first. */
  #sorted: number[] = [];

  get size(): number {
    return this.#exact.size + this.#byPrefix.size;
  }

  /** The value under this very name or pattern. */
  get(name: string): Value | undefined {
    return isPattern(name) ? this.#byPrefix.get(prefixOf(name)) : this.#exact.get(name);
  }

  set(name: string, value: Value): void {
    if (!isPattern(name)) {
      this.#exact.set(name, value);
      return;
    }
    const prefix = prefixOf(name);
    if (!this.#byPrefix.has(prefix)) this.#count(prefix.length, 1);
    this.#byPrefix.set(prefix, value);
  }

  delete(name: string): void {
    if (!isPattern(name)) this.#exact.delete(name);
    else if (this.#byPrefix.delete(prefixOf(name))) this.#count(name.length - 1, -1);
  }

  /** Calls `visit` for the exact entry of a channel and for every pattern that matches it, shortest first. */
  match(channel: string, visit: (value: Value, pattern: string | undefined) => void): void {
    const exact = this.#exact.get(channel);
    if (exact !== undefined) visit(exact, undefined);
    for (const length of this.#sorted) {
      if (length > channel.length) return;
      const prefix = channel.slice(0, length);
      const value = this.#byPrefix.get(prefix);
      if (value !== undefined) visit(value, `${prefix}*`);
    }
  }

  /** The entry that fits a channel or pattern best: its own, or the longest pattern that covers it. */
  closest(name: string): Value | undefined {
    if (!isPattern(name)) {
      const exact = this.#exact.get(name);
      if (exact !== undefined) return exact;
    }
    const text = isPattern(name) ? prefixOf(name) : name;
    for (let index = this.#sorted.length - 1; index >= 0; index--) {
      const length = this.#sorted[index] as number;
      const value = length > text.length ? undefined : this.#byPrefix.get(text.slice(0, length));
      if (value !== undefined) return value;
    }
    return undefined;
  }

  *entries(): Generator<[name: string, value: Value]> {
    yield* this.#exact;
    for (const [prefix, value] of this.#byPrefix) yield [`${prefix}*`, value];
  }

  #count(length: number, by: 1 | -1): void {
    const before = this.#lengths.get(length) ?? 0;
    const count = before + by;
    if (count === 0) this.#lengths.delete(length);
    else this.#lengths.set(length, count);
    if (before > 0 && count > 0) return;
    this.#sorted = [...this.#lengths.keys()].sort((a, b) => a - b);
  }
}
