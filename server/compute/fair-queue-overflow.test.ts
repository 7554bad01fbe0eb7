import { describe, expect, it } from "vitest";
import { FairQueue, type Lane, type Queued } from "./fair-queue.ts";

interface Item extends Queued {
  readonly name: string;
}

const LANE: Lane = { priority: "normal", concurrency: Number.POSITIVE_INFINITY, running: 0 };

/** "a1:30" is the item "a1" of tenant "a", which holds 30 bytes; 1 where nothing is said. */
function item(text: string, lane = LANE): Item {
  const [name = "", size = "1"] = text.split(":");
  return { name, tenant: name.charAt(0), lane, size: Number(size) };
}

const names = (items: readonly Item[]) => items.map(({ name }) => name).join(" ");

function filled(maxItems: number, maxBytes: number, texts: string): FairQueue<Item> {
  const queue = new FairQueue<Item>({ maxItems, maxBytes });
  for (const text of texts.split(" ")) expect(queue.add(item(text))).toEqual([]);
  return queue;
}

/** All that wait, as they would be served. */
function rest(queue: FairQueue<Item>): string {
  const items: Item[] = [];
  for (let next = queue.take(); next !== undefined; next = queue.take()) items.push(next);
  return names(items);
}

describe("a queue that holds as many as it may", () => {
  it("refuses the latest of whoever has most waiting, for the sake of one who has less", () => {
    const queue = filled(6, 1_000, "a1 a2 a3 b1 b2 a4");
    expect(names(queue.add(item("c1")))).toBe("a4");
    expect(names(queue.add(item("c2")))).toBe("a3");
    expect(rest(queue)).toBe("a1 b1 c1 a2 b2 c2");
  });

  it("refuses the one that comes where its own tenant has most", () => {
    const queue = filled(4, 1_000, "a1 a2 a3 b1");
    expect(names(queue.add(item("a4")))).toBe("a4");
    expect(rest(queue)).toBe("a1 b1 a2 a3");
  });

  it("refuses the one that comes where its tenant would have as many as anybody", () => {
    const queue = filled(5, 1_000, "a1 a2 a3 b1 b2");
    expect(names(queue.add(item("b3")))).toBe("b3");
    expect([queue.size, rest(queue)]).toEqual([5, "a1 b1 a2 b2 a3"]);
  });

  it("counts what a tenant has in all lanes and levels, and refuses the latest of them all", () => {
    const queue = filled(4, 1_000, "b1");
    for (const priority of ["low", "high", "normal"] as const) {
      queue.add(item(`a-${priority}`, { ...LANE, priority }));
    }
    expect(names(queue.add(item("c1")))).toBe("a-normal");
    expect(names(queue.add(item("d1")))).toBe("a-high");
  });

  it("has room again for what was taken or cancelled", () => {
    const queue = filled(2, 1_000, "a1 a2");
    queue.take();
    expect(queue.add(item("a3"))).toEqual([]);
    expect(names(queue.add(item("a4")))).toBe("a4");
  });

  it("takes nothing at all where none may wait", () => {
    const queue = new FairQueue<Item>({ maxItems: 0, maxBytes: 1_000 });
    expect(names(queue.add(item("a1")))).toBe("a1");
    expect(queue.take()).toBeUndefined();
  });
});

describe("a queue that holds as many bytes as it may", () => {
  it("refuses the latest of whoever holds most bytes, though others have more waiting", () => {
    const queue = filled(100, 100, "a1:40 a2:40 b1:5 b2:5 b3:5");
    expect(names(queue.add(item("c1:20")))).toBe("a2");
    expect([queue.size, queue.bytes]).toEqual([5, 75]);
  });

  it("refuses as many as are needed, each the latest of whoever then holds most", () => {
    const queue = filled(100, 100, "a1:20 a2:20 a3:15 b1:25 b2:20");
    expect(names(queue.add(item("c1:30")))).toBe("a3 b2");
    expect([queue.bytes, rest(queue)]).toEqual([95, "a1 b1 c1 a2"]);
  });

  it("refuses one by number and one by bytes where both are too many", () => {
    const queue = filled(5, 100, "a1:1 a2:1 a3:1 b1:50 b2:40");
    expect(names(queue.add(item("c1:20")))).toBe("a3 b2");
    expect([queue.size, queue.bytes]).toEqual([4, 72]);
  });

  it("refuses nobody else where the one that comes would have to be refused in the end", () => {
    const queue = filled(100, 100, "a1:20 a2:20 a3:20 b1:20 b2:20");
    expect(names(queue.add(item("c1:50")))).toBe("c1");
    expect([queue.size, queue.bytes]).toEqual([5, 100]);
  });

  it("passes over those that hold no bytes: to refuse them would help nobody", () => {
    const queue = filled(100, 100, "a1:50 a2:50 a3:0 a4:0");
    expect(names(queue.add(item("b1:10")))).toBe("a2");
    expect(rest(queue)).toBe("a1 b1 a3 a4");
  });

  it("takes one that holds no bytes", () => {
    const queue = filled(100, 100, "a1:100");
    expect(queue.add(item("b1:0"))).toEqual([]);
  });

  it("refuses one that alone is larger than all may be, and nobody else", () => {
    const queue = filled(100, 100, "a1:99");
    expect(names(queue.add(item("b1:101")))).toBe("b1");
    expect(names(queue.add(item("a2:101")))).toBe("a2");
    expect([queue.size, queue.bytes]).toEqual([1, 99]);
    expect(names(new FairQueue<Item>({ maxItems: 9, maxBytes: 100 }).add(item("a1:101")))).toBe("a1");
  });

  it("takes one that is as large as all may be, in place of the only other one where that has more", () => {
    expect(filled(100, 100, "a1:100").bytes).toBe(100);
    const queue = filled(100, 100, "a1:100");
    expect(names(queue.add(item("b1:60")))).toBe("a1");
    expect([queue.bytes, rest(queue)]).toEqual([60, "b1"]);
  });
});
