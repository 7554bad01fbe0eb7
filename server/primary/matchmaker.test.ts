import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { News, type PeerNews, type SeekOrder } from "../peers/peer-bus.ts";
import { Matchmaker } from "./matchmaker.ts";
import type { PeerHolder } from "./peer-entry.ts";

const ORDER: SeekOrder = {
  session: "",
  context: "test",
  tags: [],
  room: null,
  size: null,
  policy: "first",
  region: null,
  waitMs: null,
  rttMs: null,
  info: null,
  seekMs: 300_000,
  graceMs: 15_000,
  mostPairs: 15,
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A socket worker, and what it was told. */
function worker() {
  const told: [peer: string, ...news: PeerNews][] = [];
  const holder: PeerHolder = { tell: (peer, news) => void told.push([peer, ...news]), signal: () => {}, busy: false };
  return { told, holder };
}

/** A matchmaker, and who seeks with it: each in a session of its own. */
function create(most = 100) {
  const matchmaker = new Matchmaker(most);
  const { told, holder } = worker();
  const seek = (id: string, order: Partial<SeekOrder> = {}, at = holder) => {
    const admission = matchmaker.admit(id, { ...ORDER, session: id, ...order }, at);
    matchmaker.begin(id);
    return admission;
  };
  /** Who was paired with whom since it was last asked, the later one first. */
  const pairs = () => {
    const found = told
      .filter((news) => news[1] === News.PAIRED)
      .map(([one, , pair]) => `${one} ${(pair as readonly unknown[])[0]}`);
    told.length = 0;
    return found.filter((_, index) => index % 2 === 1);
  };
  return { matchmaker, told, holder, seek, pairs };
}

describe("first come", () => {
  it("finds who has waited longest", () => {
    const { seek, pairs } = create();
    seek("a");
    seek("b", { tags: ["x"] });
    seek("c", { tags: ["x"], session: "b" });
    seek("d", { tags: ["x"] });
    expect(pairs()).toEqual(["d b"]);
    seek("e");
    expect(pairs()).toEqual(["e a"]);
    seek("f", { tags: ["x"] });
    expect(pairs()).toEqual(["f c"]);
  });
});

describe("the same region", () => {
  const eu = { policy: "region", region: "eu", waitMs: 5_000 } as const;
  const us = { ...eu, region: "us" } as const;

  it("is preferred, and others do after a wait", () => {
    const { seek, pairs } = create();
    seek("a", eu);
    vi.advanceTimersByTime(1_000);
    seek("b", us);
    seek("c", us);
    expect(pairs()).toEqual(["c b"]);
    seek("d", us);
    vi.advanceTimersByTime(4_500);
    // a is not choosy any more, but d still is
    expect(pairs()).toEqual([]);
    vi.advanceTimersByTime(600);
    expect(pairs()).toEqual(["d a"]);
  });

  it("is taken before one that has waited longer, by who would take either", () => {
    const { seek, pairs } = create();
    seek("a", { ...us, waitMs: 100 });
    seek("b", { ...eu, waitMs: 100, session: "a" });
    vi.advanceTimersByTime(200);
    seek("c", { ...eu, waitMs: 0 });
    expect(pairs()).toEqual(["c b"]);
  });

  it("is all that does where a seeker waits for ever", () => {
    const { seek, pairs } = create();
    seek("a", { ...eu, waitMs: null });
    seek("b", { ...us, waitMs: 0 });
    seek("c");
    expect(pairs()).toEqual(["c b"]);
    vi.advanceTimersByTime(200_000);
    seek("d", eu);
    expect(pairs()).toEqual(["d a"]);
  });

  it("counts for those who do not ask for it as well", () => {
    const { seek, pairs } = create();
    seek("a", eu);
    seek("b", { region: "us" });
    seek("c", { region: "eu", session: "b" });
    expect(pairs()).toEqual(["c a"]);
  });
});

describe("the lowest round trip", () => {
  const gathering = (rttMs: number | null) => ({ policy: "rtt", waitMs: 1_000, rttMs }) as const;

  it("is chosen from those that came within a wait", () => {
    const { seek, pairs } = create();
    seek("a", gathering(20));
    seek("b", gathering(90));
    seek("c", gathering(10));
    seek("d", gathering(null));
    expect(pairs()).toEqual([]);
    vi.advanceTimersByTime(1_001);
    expect(pairs()).toEqual(["a c", "b d"]);
  });

  it("is that of who is there, where the wait brought one only", () => {
    const { seek, pairs } = create();
    seek("a", gathering(20));
    vi.advanceTimersByTime(2_000);
    seek("b");
    expect(pairs()).toEqual(["b a"]);
  });
});

describe("a seek", () => {
  it("ends where nobody is found in time, and tells only the seeker", () => {
    const { seek, told, matchmaker } = create();
    seek("a", { seekMs: 100 });
    seek("b", { seekMs: 1_000, tags: ["x"] });
    vi.advanceTimersByTime(100);
    expect(told).toEqual([["a", News.NOBODY]]);
    expect(matchmaker.size).toBe(1);
  });

  it("that found somebody goes on beyond that time", () => {
    const { seek, told, matchmaker } = create();
    seek("a", { seekMs: 100 });
    seek("b", { seekMs: 100 });
    told.length = 0;
    vi.advanceTimersByTime(10_000);
    expect([told, matchmaker.size]).toEqual([[], 2]);
  });

  it("is refused where there is no room, and costs none where it is known", () => {
    const { seek } = create(1);
    seek("a");
    expect(() => seek("b")).toThrow("Too many");
    expect(seek("a")).toEqual({ resumed: true, pairs: [] });
  });
});

describe("a socket worker that dies", () => {
  it("leaves its peers away for a while, in which they may come back elsewhere", () => {
    const { seek, told, holder, matchmaker } = create();
    const dead = worker();
    seek("a");
    seek("b", {}, dead.holder);
    seek("c", { room: "r" });
    seek("d", { room: "r" }, dead.holder);
    told.length = 0;
    matchmaker.holderGone(dead.holder);
    expect(() => matchmaker.reach("a", "b", holder)).toThrow("connection is gone");
    vi.advanceTimersByTime(10_000);
    expect(told).toEqual([]);
    expect(seek("b")).toEqual({ resumed: true, pairs: [["a", false, null]] });
    expect(matchmaker.reach("a", "b", holder)).toBe(holder);
    vi.advanceTimersByTime(5_000);
    expect(told).toEqual([["c", News.LOST, "d"]]);
    // what the dead one said last does not count
    matchmaker.left("b", false, dead.holder);
    expect(matchmaker.size).toBe(3);
  });
});

it("a peer that goes on elsewhere is taken from where it was, and what is said of it there does not count", () => {
  const { seek, matchmaker, holder } = create();
  const before = worker();
  seek("a", {}, before.holder);
  seek("b");
  before.told.length = 0;
  expect(seek("a")).toMatchObject({ resumed: true });
  expect(before.told).toEqual([["a", News.MOVED]]);
  matchmaker.left("a", false, before.holder);
  expect(() => matchmaker.connect("a", "b", before.holder)).toThrow("no such peer");
  expect(matchmaker.reach("b", "a", holder)).toBe(holder);
});
