import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPattern, PatternMap, prefixOf } from "./patterns.ts";

/** Few letters, so that names often equal and begin one another. */
const name = fc.string({ unit: fc.constantFrom("a", "b", ":"), maxLength: 5 });
const nameOrPattern = fc.oneof(
  name,
  name.map((prefix) => `${prefix}*`),
);

const steps = fc.array(
  fc.oneof(fc.record({ set: nameOrPattern, value: fc.nat(1_000) }), fc.record({ delete: nameOrPattern })),
  { maxLength: 30 },
);

/** The same, done without thinking. */
function oracleMatch(entries: ReadonlyMap<string, number>, channel: string): [number, string | undefined][] {
  const patterns = [...entries].filter(([key]) => isPattern(key) && channel.startsWith(prefixOf(key)));
  patterns.sort(([a], [b]) => a.length - b.length);
  const exact = isPattern(channel) ? undefined : entries.get(channel);
  const found = patterns.map(([key, value]): [number, string | undefined] => [value, key]);
  return exact === undefined ? found : [[exact, undefined], ...found];
}

function oracleClosest(entries: ReadonlyMap<string, number>, asked: string): number | undefined {
  const exact = entries.get(asked);
  if (exact !== undefined) return exact;
  const text = isPattern(asked) ? prefixOf(asked) : asked;
  const covering = [...entries].filter(([key]) => isPattern(key) && text.startsWith(prefixOf(key)));
  covering.sort(([a], [b]) => b.length - a.length);
  return covering[0]?.[1];
}

function matches(map: PatternMap<number>, channel: string): [number, string | undefined][] {
  const found: [number, string | undefined][] = [];
  map.match(channel, (value, pattern) => found.push([value, pattern]));
  return found;
}

describe("PatternMap", () => {
  it("finds what a search of everything finds, after any changes", () => {
    fc.assert(
      fc.property(steps, fc.array(name, { maxLength: 10 }), fc.array(nameOrPattern), (changes, channels, asked) => {
        const map = new PatternMap<number>();
        const oracle = new Map<string, number>();
        for (const change of changes) {
          if ("set" in change) {
            map.set(change.set, change.value);
            oracle.set(change.set, change.value);
          } else {
            map.delete(change.delete);
            oracle.delete(change.delete);
          }
        }
        expect(map.size).toBe(oracle.size);
        expect(new Map(map.entries())).toEqual(oracle);
        for (const channel of channels) expect(matches(map, channel)).toEqual(oracleMatch(oracle, channel));
        for (const one of [...asked, ...oracle.keys()]) {
          expect(map.get(one)).toBe(oracle.get(one));
          expect(map.closest(one)).toBe(oracleClosest(oracle, one));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("takes a name and the pattern of the same letters for two", () => {
    const map = new PatternMap<string>();
    map.set("a", "name");
    map.set("a*", "pattern");
    map.delete("a*");
    expect(map.get("a")).toBe("name");
    expect(map.get("a*")).toBeUndefined();
  });

  it("has no trouble with names that objects have already", () => {
    const map = new PatternMap<number>();
    expect(map.get("constructor")).toBeUndefined();
    map.set("__proto__", 1);
    map.set("__proto__*", 2);
    expect(matches(map, "__proto__").map(([value]) => value)).toEqual([1, 2]);
  });
});
