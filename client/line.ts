/** What an item costs while it is held, however little there is in it. */
const ITEM_BYTES = 128;
/** How many may be done elsewhere at a time: what comes back may be much larger than what was given. */
const MOST_BEGUN = 8;
/** How much may wait for what is needed, in bytes: as much as one frame may hold. */
const NEEDING_BYTES = 16_777_216;
/** How much may wait for what is done elsewhere, in bytes. */
const HELD_BYTES = 67_108_864;

/** What a line does with items. Of its promises none rejects. */
export interface LineOptions<Item, Result> {
  /** Takes an item whose turn it is, with what was done of it elsewhere. */
  pass(item: Item, result: Result | undefined): void;
  /** How large an item is. */
  bytes(item: Item): number;
  /** Begins what can be done with an item elsewhere, before its turn; what comes to nothing gives nothing. */
  elsewhere(item: Item): Promise<Result | undefined> | undefined;
  /** Waits for what has to be there before an item can be passed of which nothing was done elsewhere. */
  needs?(item: Item): Promise<undefined> | undefined;
  /** Called where too much waits for what is needed. */
  overflow?(): void;
}

/** Passes items on in their order, whatever some of them have to wait for. */
export interface Line<Item> {
  /** Takes an item: passes it at once, or after those that are held. */
  take(item: Item): void;
  /** Passes what is held, and waits for nothing that is done elsewhere. */
  rush(): void;
  /** Lets go of what is held, for good. */
  forget(): void;
}

interface Held<Item, Result> {
  readonly item: Item;
  readonly bytes: number;
  /** Whether its turn has to wait. */
  waits: boolean;
  /** Whether something is being done with it elsewhere, or has been. */
  begun: boolean;
  result: Result | undefined;
}

/** An item that has to wait for nothing, with nothing before it, costs two questions. */
export function createLine<Item, Result>(options: LineOptions<Item, Result>): Line<Item> {
  const { elsewhere, needs } = options;
  let held: Held<Item, Result>[] = [];
  let bytes = 0;
  let begun = 0;
  /** Index of the first one of which nobody has asked yet whether something can be done elsewhere. */
  let unasked = 0;
  let passing = false;
  let over = false;

  function push(item: Item): Held<Item, Result> {
    const entry = { item, bytes: ITEM_BYTES + options.bytes(item), waits: false, begun: false, result: undefined };
    held.push(entry);
    bytes += entry.bytes;
    return entry;
  }

  function wait(entry: Held<Item, Result>, doing: Promise<Result | undefined>): void {
    entry.waits = true;
    void doing.then((result) => {
      entry.waits = false;
      entry.result = result;
      pass();
    });
  }

  function begin(entry: Held<Item, Result>, doing = elsewhere(entry.item)): void {
    if (doing === undefined) return;
    entry.begun = true;
    begun++;
    wait(entry, doing);
  }

  function beginMore(): void {
    for (let entry = held[unasked]; entry !== undefined && begun < MOST_BEGUN; entry = held[unasked]) {
      unasked++;
      begin(entry);
    }
  }

  /** Whether an entry that is the first has to wait. */
  function isReady(entry: Held<Item, Result>, index: number): boolean {
    if (index === unasked) {
      unasked++;
      begin(entry);
    }
    if (entry.waits || entry.result !== undefined) return !entry.waits;
    const doing = needs?.(entry.item);
    if (doing !== undefined) wait(entry, doing);
    return doing === undefined;
  }

  function pass(): void {
    if (passing || over) return;
    passing = true;
    let count = 0;
    try {
      for (let entry = held[0]; entry !== undefined && isReady(entry, count); entry = held[count]) {
        count++;
        bytes -= entry.bytes;
        leave(entry);
        options.pass(entry.item, entry.result);
      }
    } finally {
      passing = false;
      if (!over) {
        held.splice(0, count);
        unasked -= count;
      }
    }
    beginMore();
  }

  function leave(entry: Held<Item, Result>): void {
    if (entry.begun) begun--;
    entry.begun = false;
  }

  /** Waits no longer for the first ones where too much is held. */
  function bound(): void {
    for (let first = held[0]; first !== undefined && bytes > NEEDING_BYTES; first = held[0]) {
      if (!first.begun) {
        options.overflow?.();
        return;
      }
      if (bytes <= HELD_BYTES) return;
      leave(first);
      first.waits = false;
      pass();
    }
  }

  return {
    take(item) {
      if (held.length > 0) {
        push(item);
        beginMore();
        if (!passing) bound();
        return;
      }
      const doing = elsewhere(item);
      const needed = doing === undefined ? needs?.(item) : undefined;
      if (doing === undefined && needed === undefined) {
        options.pass(item, undefined);
        return;
      }
      const entry = push(item);
      unasked = 1;
      if (needed !== undefined) wait(entry, needed);
      else begin(entry, doing);
      bound();
    },
    rush() {
      unasked = held.length;
      for (const entry of held) if (entry.begun) entry.waits = false;
      pass();
    },
    forget() {
      over = true;
      held = [];
    },
  };
}
