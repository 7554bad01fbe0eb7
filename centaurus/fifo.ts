/** First in, first out. What was sent elsewhere meanwhile is passed over. */
export interface Fifo<Item> {
  push(item: Item): void;
  /** Puts one before all others. */
  putBack(item: Item): void;
  /** The next one, which stays. */
  first(): Item | undefined;
  shift(): Item | undefined;
  /** Takes all out. */
  drain(): Item[];
}

interface Link<Item> {
  readonly item: Item;
  next?: Link<Item> | undefined;
}

/** @param gone tells of an item that it is to be passed over */
export function createFifo<Item>(gone: (item: Item) => boolean): Fifo<Item> {
  let head: Link<Item> | undefined;
  let tail: Link<Item> | undefined;

  function first(): Item | undefined {
    while (head !== undefined && gone(head.item)) head = head.next;
    return head?.item;
  }

  function shift(): Item | undefined {
    const item = first();
    head = head?.next;
    return item;
  }

  return {
    first,
    shift,
    push(item) {
      const link = { item };
      if (head === undefined) head = link;
      else if (tail !== undefined) tail.next = link;
      tail = link;
    },
    putBack(item) {
      const link = { item, next: head };
      if (head === undefined) tail = link;
      head = link;
    },
    drain() {
      const items: Item[] = [];
      for (let item = shift(); item !== undefined; item = shift()) items.push(item);
      return items;
    },
  };
}
