import { describe, expect, it } from "vitest";
import type { PresenceChange } from "../../shared/presence.ts";
import { type PresenceHolder, PresenceStore } from "./presence-store.ts";

class Worker implements PresenceHolder {
  readonly news: [change: PresenceChange, channel: string, member: string][] = [];
  changed(change: PresenceChange, channel: string, member: string): void {
    this.news.push([change, channel, member]);
  }
}

function create(budget = 1_000_000) {
  return { store: new PresenceStore(budget), one: new Worker(), other: new Worker() };
}

const here = (store: PresenceStore, channel = "c") => [...store.members(channel, 1_000)];

describe("a channel", () => {
  it("has those who came, in their order, until they leave", () => {
    const { store, one, other } = create();
    store.enter({ channel: "c", connection: "1", member: "a" }, one);
    store.enter({ channel: "c", connection: "2", member: "b" }, other);
    store.enter({ channel: "d", connection: "1", member: "a" }, one);
    expect([here(store), here(store, "d"), here(store, "none")]).toEqual([["a", "b"], ["a"], []]);
    expect(store.counts("c")).toEqual({ connections: 2, members: 2 });
    store.exit("c", "1");
    store.exit("c", "1");
    store.exit("none", "1");
    expect([here(store), here(store, "d")]).toEqual([["b"], ["a"]]);
  });

  it("tells no more members than are asked for", () => {
    const { store, one } = create();
    for (const connection of ["1", "2", "3"]) store.enter({ channel: "c", connection, member: connection }, one);
    expect([...store.members("c", 2)]).toEqual(["1", "2"]);
  });

  it("loses all that were of a worker which died, and those only", () => {
    const { store, one, other } = create();
    for (const connection of ["1", "2"]) store.enter({ channel: "c", connection, member: connection }, one);
    store.enter({ channel: "c", connection: "3", member: "3", watch: true }, other);
    store.holderGone(one);
    expect(here(store)).toEqual(["3"]);
    expect(other.news).toEqual([
      ["leave", "c", "1"],
      ["leave", "c", "2"],
    ]);
  });
});

describe("news", () => {
  it("go once to each worker that wants them, from when it does, and not of the one with which it began", () => {
    const { store, one, other } = create();
    store.enter({ channel: "c", connection: "1", member: "a" }, one);
    store.enter({ channel: "c", connection: "2", member: "b", watch: true }, one);
    store.enter({ channel: "c", connection: "3", member: "c", watch: true }, one);
    store.enter({ channel: "c", connection: "4", member: "d" }, other);
    store.exit("c", "1");
    store.unwatch("c", one);
    store.exit("c", "2");
    expect(one.news).toEqual([
      ["join", "c", "c"],
      ["join", "c", "d"],
      ["leave", "c", "a"],
    ]);
    expect(other.news).toEqual([]);
  });

  it("begin for who is in already, and says so again", () => {
    const { store, one } = create();
    store.enter({ channel: "c", connection: "1", member: "a" }, one);
    expect(store.enter({ channel: "c", connection: "1", watch: true }, one)).toBe(true);
    store.enter({ channel: "c", connection: "2", member: "b" }, one);
    expect(one.news).toEqual([["join", "c", "b"]]);
    expect(here(store)).toEqual(["a", "b"]);
  });

  it("tell of who becomes somebody else, and not of who stays the same", () => {
    const { store, one } = create();
    store.enter({ channel: "c", connection: "1", member: "a", watch: true }, one);
    store.enter({ channel: "c", connection: "1", member: "a" }, one);
    store.enter({ channel: "c", connection: "1", member: "b" }, one);
    expect(one.news).toEqual([
      ["leave", "c", "a"],
      ["join", "c", "b"],
    ]);
    expect(here(store)).toEqual(["b"]);
  });
});

describe("a user", () => {
  it("is one member, from the first connection to the last, as the first one was", () => {
    const { store, one, other } = create();
    store.enter({ channel: "c", connection: "w", member: "watcher", watch: true }, one);
    store.enter({ channel: "c", connection: "1", user: "ada", member: "ada at 1" }, one);
    store.enter({ channel: "c", connection: "2", user: "ada", member: "ada at 2" }, other);
    store.enter({ channel: "c", connection: "3", user: "bob", member: "bob" }, other);
    expect(store.counts("c")).toEqual({ connections: 4, members: 3 });
    store.exit("c", "1");
    expect(here(store)).toEqual(["watcher", "ada at 1", "bob"]);
    store.holderGone(other);
    expect(one.news).toEqual([
      ["join", "c", "ada at 1"],
      ["join", "c", "bob"],
      ["leave", "c", "ada at 1"],
      ["leave", "c", "bob"],
    ]);
  });

  it("who logs in is no longer nobody, and the last one who logs out is gone", () => {
    const { store, one } = create();
    store.enter({ channel: "c", connection: "1", member: "1", watch: true }, one);
    store.enter({ channel: "c", connection: "1", user: "ada", member: "ada" }, one);
    store.enter({ channel: "c", connection: "1", member: "1" }, one);
    expect(one.news.map(([change, , member]) => `${change} ${member}`)).toEqual([
      "leave 1",
      "join ada",
      "leave ada",
      "join 1",
    ]);
  });

  it("cannot be mistaken for a connection of the same name", () => {
    const { store, one } = create();
    store.enter({ channel: "c", connection: "1", member: "a" }, one);
    store.enter({ channel: "c", connection: "2", user: "1", member: "b" }, one);
    expect(here(store)).toEqual(["a", "b"]);
  });
});

describe("the budget", () => {
  it("refuses who comes when it is used up, whoever is in stays, and who leaves makes room", () => {
    const { store, one } = create(2_500);
    const member = "m".repeat(100);
    const results = ["1", "2", "3", "4", "5"].map((connection) =>
      store.enter({ channel: "c", connection, member, watch: true }, one),
    );
    expect(results).toEqual([true, true, true, false, false]);
    expect(store.enter({ channel: "c", connection: "1", member: "other" }, one)).toBe(true);
    expect(store.enter({ channel: "new", connection: "1", member }, one)).toBe(false);
    store.exit("c", "2");
    expect(store.enter({ channel: "c", connection: "4", member }, one)).toBe(true);
    expect(store.enter({ channel: "c", connection: "5", member }, one)).toBe(false);
  });

  it("does not take who says that it is the same, and was never known", () => {
    const { store, one } = create();
    expect(store.enter({ channel: "c", connection: "1", watch: true }, one)).toBe(false);
    expect([store.spent, here(store)]).toEqual([0, []]);
  });
});
