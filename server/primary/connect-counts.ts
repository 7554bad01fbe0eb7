/** How many connections there are from each address, in all socket workers together. */
export class ConnectCounts {
  /** Addresses come from outside; one is here while it has a connection. */
  readonly #all = new Map<string, number>();

  of(address: string): number {
    return this.#all.get(address) ?? 0;
  }

  /** How many addresses have connections. */
  get size(): number {
    return this.#all.size;
  }

  /** Those that have connections. */
  get addresses(): Iterable<string> {
    return this.#all.keys();
  }

  /** What one socket worker has; it may die at any moment. */
  member(): ConnectMember {
    const own = new Map<string, number>();
    return {
      add: (address) => {
        change(own, address, 1);
        change(this.#all, address, 1);
      },
      remove: (address) => {
        if (!own.has(address)) return false;
        change(own, address, -1);
        change(this.#all, address, -1);
        return true;
      },
      left: () => {
        for (const [address, count] of own) change(this.#all, address, -count);
        const addresses = [...own.keys()];
        own.clear();
        return addresses;
      },
    };
  }
}

/** One socket worker's connections. */
export interface ConnectMember {
  add(address: string): void;
  /** One of its connections is gone. @returns whether it had one */
  remove(address: string): boolean;
  /** All of them are. @returns the addresses that it had some from */
  left(): readonly string[];
}

function change(counts: Map<string, number>, address: string, by: number): void {
  const count = (counts.get(address) ?? 0) + by;
  if (count > 0) counts.set(address, count);
  else counts.delete(address);
}
