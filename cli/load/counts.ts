/** How often each of several things happened, by its name. */
export type Counts = Record<string, number>;

/** Names that are told apart; what else happens is counted together. */
const MOST_NAMES = 50;
const OTHERS = "others";

/** Nothing has happened yet. Names come from a server: one may be `constructor`, which every other object has already. */
export function noCounts(): Counts {
  return Object.create(null) as Counts;
}

/** Something of that name happened so many times more. There are never more names than can be shown. */
export function addCount(counts: Counts, name: string, times = 1): void {
  const isKnown = name in counts || Object.keys(counts).length < MOST_NAMES;
  const as = isKnown ? name : OTHERS;
  counts[as] = (counts[as] ?? 0) + times;
}

/** All of that happened as well. */
export function addCounts(counts: Counts, more: Readonly<Counts>): void {
  for (const [name, times] of Object.entries(more)) addCount(counts, name, times);
}
