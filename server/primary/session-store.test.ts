import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SessionChange } from "../sessions/session-state.ts";
import type { SessionHolder } from "./session-holder.ts";
import { SessionStore } from "./session-store.ts";

const WINDOW_MS = 120_000;
const MOST_AWAY = 100_000;

class Holder implements SessionHolder {
  readonly endedWith: [session: string, connection: string, code: number][] = [];

  readonly told: [session: string, connection: string][] = [];
  readonly heard: [session: string, change: SessionChange][] = [];
  moved(session: string, connection: string): void {
    this.told.push([session, connection]);
  }
  changed(session: string, change: SessionChange): void {
    this.heard.push([session, change]);
  }

  ended(session: string, connection: string, code: number): void {
    this.endedWith.push([session, connection, code]);
  }

  tellUser(): boolean {
    return true;
  }
}

function create(windowMs = WINDOW_MS) {
  const ended: string[] = [];
  const store = new SessionStore({ windowMs, ended: (session) => void ended.push(session) });
  return { store, ended, one: new Holder(), other: new Holder() };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a session", () => {
  it("goes on with its user, its tags and its subscriptions, on another worker", () => {
    const { store, one, other } = create();
    store.open("s", "c1", "secret", one);
    store.changed("s", { user: "ada" }, one);
    store.changed("s", { tags: { room: "5", theme: "dark" } }, one);
    store.changed("s", { tags: { theme: null } }, one);
    for (const channel of ["a", "b", "c:*"]) store.subscribed("s", channel);
    store.unsubscribed("s", "b");
    store.left("s", "c1");
    const state = store.resume({ id: "s", connection: "c2", secret: "secret" }, other);
    expect(state).toEqual({ user: "ada", proven: false, tags: { room: "5" }, channels: ["a", "c:*"] });
    expect([store.size, store.away, one.told, other.told]).toEqual([1, 0, [], []]);
  });

  it("knows nothing of anybody where nothing was said", () => {
    const { store, one } = create();
    store.open("s", "c1", "secret", one);
    expect(store.resume({ id: "s", connection: "c2", secret: "secret" }, one)).toEqual({
      user: undefined,
      proven: false,
      tags: {},
      channels: [],
    });
  });

  it.each(["", "secre", "secret ", "Secret", "secre\u0000", "ſecret", "\ud800ecret"])(
    "does not go on for who says %j instead of its secret, and does not suffer from it",
    (wrong) => {
      const { store, one, other } = create();
      store.open("s", "c1", "secret", one);
      expect(store.resume({ id: "s", connection: "c2", secret: wrong }, other)).toBeUndefined();
      expect(one.told).toEqual([]);
      expect(store.resume({ id: "s", connection: "c2", secret: "secret" }, other)).toBeDefined();
    },
  );

  it.each(["", "S", "s ", "__proto__", "constructor"])("is not found as %j", (id) => {
    const { store, one } = create();
    store.open("s", "c1", "secret", one);
    expect(store.resume({ id, connection: "c2", secret: "secret" }, one)).toBeUndefined();
  });

  it("without a secret ends with its connection, and nobody goes on with it", () => {
    const { store, ended, one } = create();
    store.open("s", "c1", undefined, one);
    for (const secret of ["", "undefined", "null"])
      expect(store.resume({ id: "s", connection: "c2", secret }, one)).toBeUndefined();
    store.left("s", "c1");
    expect([store.size, store.away, ended]).toEqual([0, 0, ["s"]]);
  });

  it("that is held in another process leaves it, which is told for which connection", () => {
    const { store, one, other } = create();
    store.open("s", "c1", "secret", one);
    store.resume({ id: "s", connection: "c2", secret: "secret" }, other);
    expect(one.told).toEqual([["s", "c1"]]);
    store.resume({ id: "s", connection: "c3", secret: "secret" }, other);
    // a process that holds both sees to it itself
    expect(other.told).toEqual([]);
  });

  it("stays with the latest of its client's connections where the client numbers them, however late others come", () => {
    const { store, one, other } = create();
    store.open("s", "c1", "secret", one);
    const resume = (connection: string, turn: number | undefined, holder: Holder, secret = "secret") =>
      store.resume({ id: "s", connection, secret, turn }, holder);
    expect(resume("c3", 2, one)).toMatchObject({ channels: [] });
    expect([resume("c2", 1, other), resume("c4", 2, other)]).toEqual(["outrun", "outrun"]);
    expect(resume("c2", 1, other, "wrong")).toBeUndefined();
    expect([one.told, other.told]).toEqual([[], []]);
    // who does not say, comes as ever; and what was said before still holds
    expect(resume("c5", undefined, other)).toMatchObject({ channels: [] });
    expect(one.told).toEqual([["s", "c3"]]);
    expect(resume("c6", 2, one)).toBe("outrun");
    store.left("s", "c5");
    expect(resume("c6", 2, one)).toBe("outrun");
    expect(resume("c7", 3, one)).toMatchObject({ channels: [] });
  });

  it("takes 0 for the first number", () => {
    const { store, one } = create();
    store.open("s", "c1", "secret", one);
    expect(store.resume({ id: "s", connection: "c2", secret: "secret", turn: 0 }, one)).toMatchObject({ channels: [] });
    expect(store.resume({ id: "s", connection: "c3", secret: "secret", turn: 0 }, one)).toBe("outrun");
  });

  it("hears what is still said of it where it was before", () => {
    const { store, one, other } = create();
    store.open("s", "c1", "secret", one);
    store.changed("s", { user: "ada", tags: { a: "1" } }, one);
    store.resume({ id: "s", connection: "c2", secret: "secret" }, other);
    store.changed("s", { tags: { b: "2" } }, other);
    store.changed("s", { user: null, tags: { a: null } }, one);
    expect([one.heard, other.heard]).toEqual([[], [["s", { user: null, tags: { a: null } }]]]);
    expect(store.resume({ id: "s", connection: "c3", secret: "secret" }, one)).toEqual({
      user: undefined,
      proven: false,
      tags: { b: "2" },
      channels: [],
    });
  });

  it("does not hear of the end of a connection that it has left", () => {
    const { store, one, other } = create();
    store.open("s", "c1", "secret", one);
    store.resume({ id: "s", connection: "c2", secret: "secret" }, other);
    store.left("s", "c1");
    store.holderGone(one);
    expect([store.size, store.away]).toEqual([1, 0]);
  });
});

describe("a session without a connection", () => {
  it("ends when the window is over, and not before", () => {
    const { store, ended, one } = create();
    store.open("s", "c1", "secret", one);
    vi.advanceTimersByTime(10 * WINDOW_MS);
    store.left("s", "c1");
    store.left("s", "c1"); // said twice, it counts from the first time
    vi.advanceTimersByTime(WINDOW_MS - 1);
    expect(ended).toEqual([]);
    vi.advanceTimersByTime(1_001);
    expect([store.size, ended]).toEqual([0, ["s"]]);
    expect(store.resume({ id: "s", connection: "c2", secret: "secret" }, one)).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("that comes back in time has all of the window again", () => {
    const { store, ended, one } = create();
    store.open("s", "c1", "secret", one);
    for (let round = 0; round < 5; round++) {
      store.left("s", `c${round === 0 ? 1 : round + 10}`);
      vi.advanceTimersByTime(WINDOW_MS - 1);
      expect(store.resume({ id: "s", connection: `c${round + 11}`, secret: "secret" }, one)).toBeDefined();
    }
    vi.advanceTimersByTime(10 * WINDOW_MS);
    expect([store.size, ended]).toEqual([1, []]);
  });

  it("ends at once where there is no window", () => {
    const { store, ended, one } = create(0);
    store.open("s", "c1", "secret", one);
    store.left("s", "c1");
    expect([store.size, ended, vi.getTimerCount()]).toEqual([0, ["s"], 0]);
  });

  it("is what all of a dead process's sessions become", () => {
    const { store, one, other } = create();
    for (let count = 0; count < 10; count++) store.open(`s${count}`, `c${count}`, "secret", count < 7 ? one : other);
    store.holderGone(one);
    expect([store.size, store.away]).toEqual([10, 7]);
    expect(store.resume({ id: "s6", connection: "again", secret: "secret" }, other)).toBeDefined();
    expect(one.told).toEqual([]);
  });

  it("ends before its time where too many are away, the one that left first before all others", () => {
    const { store, ended, one } = create();
    for (let count = 0; count < MOST_AWAY + 3; count++) store.open(`s${count}`, `c${count}`, "secret", one);
    store.left("s5", "c5");
    for (let count = 0; count < MOST_AWAY + 3; count++) store.left(`s${count}`, `c${count}`);
    expect(ended).toEqual(["s5", "s0", "s1"]);
    expect(store.away).toBe(MOST_AWAY);
    store.close();
  });

  it("counts for what it is subscribed to: many channels take the place of many sessions", () => {
    const { store, ended, one } = create();
    for (let count = 0; count < 1_002; count++) {
      store.open(`s${count}`, `c${count}`, "secret", one);
      for (let channel = 0; channel < 1_000; channel++) store.subscribed(`s${count}`, `${channel}`);
    }
    expect(ended).toEqual([]);
    for (let count = 0; count < 1_000; count++) store.left(`s${count}`, `c${count}`);
    expect(ended).toEqual([]);
    // one that comes back makes room for one that goes
    expect(store.resume({ id: "s3", connection: "again", secret: "secret" }, one)).toBeDefined();
    store.left("s1000", "c1000");
    expect(ended).toEqual([]);
    store.left("s1001", "c1001");
    expect(ended).toEqual(["s0"]);
    store.close();
  });

  it("may still lose a subscription, or gain one, by what was under way", () => {
    const { store, ended, one } = create();
    store.open("s", "c1", "secret", one);
    store.subscribed("s", "a");
    store.left("s", "c1");
    store.unsubscribed("s", "a");
    store.unsubscribed("s", "never");
    store.subscribed("s", "b");
    expect(store.resume({ id: "s", connection: "c2", secret: "secret" }, one)).toMatchObject({ channels: ["b"] });
    expect(ended).toEqual([]);
  });

  it("that is over is told nothing any more, and comes to no harm by it", () => {
    const { store, one } = create();
    store.changed("s", { user: "ada" }, one);
    store.subscribed("s", "a");
    store.unsubscribed("s", "a");
    store.left("s", "c1");
    expect(store.size).toBe(0);
  });
});
