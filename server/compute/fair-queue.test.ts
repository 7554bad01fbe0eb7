import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FairQueue, type Lane, type Priority, type Queued } from "./fair-queue.ts";

interface Item extends Queued {
  readonly name: string;
}

const ROOMY = { maxItems: 1_000, maxBytes: 1_000_000 };

function lane(priority: Priority = "normal", concurrency = Number.POSITIVE_INFINITY): Lane {
  return { priority, concurrency, running: 0 };
}

/** Its name begins with its tenant: "a1" is of tenant "a". */
function item(name: string, of: Lane, size = 1): Item {
  return { name, tenant: name.charAt(0), lane: of, size };
}

function filled(limits: { maxItems?: number; maxBytes?: number }, items: readonly Item[]): FairQueue<Item> {
  const queue = new FairQueue<Item>({ ...ROOMY, ...limits });
  for (const one of items) expect(queue.add(one)).toEqual([]);
  return queue;
}

const named = (names: string, of: Lane) => names.split(" ").map((name) => item(name, of));

/** The names of the next ones, in order; each runs on. */
function taken(queue: FairQueue<Item>, most = 1_000): string {
  const names: string[] = [];
  while (names.length < most) {
    const next = queue.take();
    if (next === undefined) break;
    next.lane.running += 1;
    names.push(next.name);
  }
  return names.join(" ");
}

describe("tenants of one level", () => {
  it("have their turn one after the other, however many each has waiting; of each the oldest is first", () => {
    expect(taken(filled({}, named("a1 a2 a3 a4 b1 b2 c1", lane())))).toBe("a1 b1 c1 a2 b2 a3 a4");
  });

  it("join at the end, also when they come back", () => {
    const one = lane();
    const queue = filled({}, named("a1 a2 b1 b2 c1", one));
    expect(taken(queue, 3)).toBe("a1 b1 c1");
    for (const more of named("d1 c2", one)) queue.add(more);
    expect(taken(queue)).toBe("a2 b2 d1 c2");
  });

  it("are served the same, give or take one, in any stretch in which all have work", () => {
    const refills = fc.array(fc.nat(3), { minLength: 20, maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), refills, (tenants, more) => {
        const names = [..."abcdef"].slice(0, tenants);
        const one = lane();
        const queue = filled({}, named(names.join(" "), one));
        const served: string[] = [];
        for (const count of more) {
          // each has one waiting, the greedy one ever more
          const { tenant } = queue.take() as Item;
          served.push(tenant);
          queue.add(item(tenant, one));
          for (let index = 0; index < count; index++) queue.add(item("a", one));
        }
        for (let from = 0; from < served.length; from++) {
          for (let to = from; to <= served.length; to++) {
            const counts = names.map((name) => served.slice(from, to).filter((tenant) => tenant === name).length);
            expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
          }
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe("a lane at its limit", () => {
  it("gives nothing until one of its tasks has ended", () => {
    const narrow = lane("normal", 2);
    const queue = filled({}, named("a1 a2 b1", narrow));
    expect(taken(queue)).toBe("a1 b1");
    expect(queue.size).toBe(1);
    narrow.running -= 1;
    expect(taken(queue)).toBe("a2");
  });

  it("holds up neither its tenants' other lanes nor other tenants; who was passed over keeps the turn", () => {
    const narrow = lane("normal", 1);
    const wide = lane();
    const queue = filled({}, [...named("a1 a2 b1", narrow), ...named("a3 c1 c2", wide)]);
    expect(taken(queue)).toBe("a1 c1 a3 c2");
    narrow.running = 0;
    expect(taken(queue)).toBe("b1");
    narrow.running = 0;
    expect(taken(queue)).toBe("a2");
  });

  it("does not keep the levels below from work", () => {
    const queue = filled({}, [...named("a1 a2", lane("high", 1)), ...named("b1 b2", lane("low"))]);
    expect(taken(queue)).toBe("a1 b1 b2");
  });

  it("comes back in the order of arrival among the lanes of its tenant", () => {
    const [first, second] = [lane("normal", 1), lane("normal", 1)];
    const queue = filled({}, [item("a1", first), item("a2", second), item("a3", first), item("a4", second)]);
    expect(taken(queue)).toBe("a1 a2");
    [first.running, second.running] = [0, 0];
    expect(taken(queue)).toBe("a3 a4");
  });
});

describe("levels of priority", () => {
  const many = (tenant: string, count: number, of: Lane) =>
    Array.from({ length: count }, (_, index) => item(`${tenant}${index}`, of));
  const initials = (names: string) => names.replaceAll(/[\d ]/g, "");
  const countOf = (names: string, tenant: string) => initials(names).split(tenant).length - 1;

  it("share 16 : 4 : 1 while all of them have work", () => {
    const all = [...many("l", 50, lane("low")), ...many("n", 90, lane()), ...many("h", 200, lane("high"))];
    const queue = filled({}, all);
    for (let round = 0; round < 5; round++) {
      const names = taken(queue, 21);
      expect([countOf(names, "h"), countOf(names, "n"), countOf(names, "l")]).toEqual([16, 4, 1]);
    }
  });

  it("leave all to the only one that has work", () => {
    expect(initials(taken(filled({}, many("l", 5, lane("low")))))).toBe("lllll");
  });

  it("save nothing up while they have no work", () => {
    const [high, normal] = [lane("high"), lane("normal")];
    const queue = filled({}, many("h", 300, high));
    taken(queue, 200);
    for (const one of many("n", 50, normal)) queue.add(one);
    expect(countOf(taken(queue, 20), "n")).toBe(4);
  });

  it("save nothing up while their lanes are full", () => {
    const narrow = lane("high", 0);
    const queue = filled({}, [...many("h", 50, narrow), ...many("n", 200, lane("normal"))]);
    taken(queue, 100);
    Object.assign(narrow, { concurrency: 1_000 });
    // with a hundred saved up, there would be none
    expect(countOf(taken(queue, 20), "n")).toBeGreaterThanOrEqual(3);
  });

  it("gain nothing by running empty and coming back again and again", () => {
    const low = lane("low");
    const queue = filled({}, many("h", 200, lane("high")));
    let served = 0;
    let waits = false;
    for (let turn = 0; turn < 170; turn++) {
      const tenant = queue.take()?.tenant;
      if (tenant === "l") served += 1;
      // not at once after it was served: one turn passes without
      if (!waits) queue.add(item("l", low));
      waits = tenant !== "l";
    }
    expect(served).toBeGreaterThanOrEqual(9);
    expect(served).toBeLessThanOrEqual(11);
  });

  it("begin anew once nothing waits any more", () => {
    const [high, low] = [lane("high"), lane("low")];
    const queue = filled({}, [...many("h", 3, high), ...many("l", 1, low)]);
    taken(queue);
    for (const one of [...many("h", 10, high), ...many("l", 1, low)]) queue.add(one);
    expect(initials(taken(queue, 2))).toBe("hl");
  });
});

describe("one that is cancelled", () => {
  it("does not come, wherever it stood", () => {
    const items = named("a1 a2 a3 b1 b2", lane());
    const queue = filled({}, items);
    for (const index of [0, 2, 3]) expect(queue.delete(items[index] as Item)).toBe(true);
    expect([queue.size, queue.bytes]).toEqual([2, 2]);
    expect(taken(queue)).toBe("a2 b2");
  });

  it("has to have waited", () => {
    const [first, second] = [item("a1", lane()), item("a2", lane())];
    const queue = filled({}, [first]);
    expect(queue.delete(second)).toBe(false);
    expect(queue.take()).toBe(first);
    expect(queue.delete(first)).toBe(false);
    expect(queue.size).toBe(0);
  });

  it("may be added again, but not while it waits", () => {
    const one = item("a1", lane());
    const queue = filled({}, [one]);
    expect(() => queue.add(one)).toThrow("The item waits already.");
    queue.delete(one);
    expect(queue.add(one)).toEqual([]);
    expect([queue.take(), queue.take()]).toEqual([one, undefined]);
  });
});

describe("the memory of a queue", () => {
  it("does not grow with tenants and lanes that have nothing waiting any more", () => {
    setFlagsFromString("--expose-gc");
    const collect: () => void = runInNewContext("gc");
    const queue = new FairQueue<Queued>(ROOMY);
    const pass = (count: number) => {
      for (let index = 0; index < count; index++) {
        const tenant = `${index}`.padStart(200, "-");
        queue.add({ tenant, lane: lane(index % 2 === 0 ? "low" : "high"), size: 1 });
        if (index % 100 === 99) while (queue.take() !== undefined);
      }
    };
    pass(1_000);
    collect();
    const before = process.memoryUsage().heapUsed;
    pass(30_000);
    collect();
    // what 30,000 tenants would hold is several times as much
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(3_000_000);
  });
});
