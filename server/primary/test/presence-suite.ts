import { describe, expect, it } from "vitest";
import { COUNTS_ONLY, NO_ROOM } from "../../pubsub/presence-bus.ts";
import { eventually } from "../../test/patience.ts";
import type { PresenceKeeper } from "../presence-keeper.ts";
import { PresenceListener } from "./presence-listener.ts";

let lastChannel = 0;

/**
 * Holds keepers against the rules of presence.
 * @param keepers two, that have the same channels: of two hosts, or the same one twice
 */
export function describePresence(name: string, keepers: () => readonly [PresenceKeeper, PresenceKeeper]): void {
  const setup = () => {
    lastChannel++;
    const [one, other] = keepers().map((keeper) => new PresenceListener(keeper)) as [
      PresenceListener,
      PresenceListener,
    ];
    return { one, other, c: `füchse:${lastChannel}` };
  };

  describe(`who is in a channel, kept by ${name}`, () => {
    it("comes with its first connection, leaves with its last, and is told of as the first one was", async () => {
      const { one, other, c } = setup();
      expect(await one.enter(c, "w", { watch: true })).toBe("");
      await one.enter(c, "1", { user: "ada", member: "ada at 1" });
      await other.enter(c, "2", { user: "ada", member: "ada at 2" });
      await other.enter(c, "3", { user: "bob" });
      expect(await one.list(c)).toEqual(["w", "ada at 1", "bob"]);
      expect(await other.list(c, COUNTS_ONLY)).toEqual({ connections: 4, members: 3 });
      one.exit(c, "1");
      expect(await one.list(c)).toEqual(["w", "ada at 1", "bob"]);
      other.die();
      await eventually(() => expect(one.news).toHaveLength(4));
      expect(one.news.slice(0, 2)).toEqual([`join ${c} ada at 1`, `join ${c} bob`]);
      expect(one.news.slice(2).sort()).toEqual([`leave ${c} ada at 1`, `leave ${c} bob`]);
      expect(await one.list(c)).toEqual(["w"]);
      one.die();
    });

    it("is listed in the order of coming, so many at most, and nobody where nobody is", async () => {
      const { one, other, c } = setup();
      const ids = Array.from({ length: 20 }, (_, index) => `${index}`);
      for (const id of ids) await (Number(id) % 2 === 0 ? one : other).enter(c, id);
      for (const asker of [one, other]) {
        expect(await asker.list(c)).toEqual(ids);
        expect(await asker.list(c, 3)).toEqual(ids.slice(0, 3));
        expect(await asker.list(`${c}:other`)).toEqual([]);
        expect(await asker.list(`${c}:other`, COUNTS_ONLY)).toEqual({ connections: 0, members: 0 });
      }
      await one.watch(c, "0");
      expect(await one.list(c)).toEqual(ids);
      expect(await one.list(c, 3)).toEqual(ids.slice(0, 3));
      one.busy = true;
      expect(await one.list(c)).toBeUndefined();
      for (const asker of [one, other]) asker.die();
    });

    it("who comes is not told of itself, but of all that come later, whoever they come through", async () => {
      const { one, other, c } = setup();
      await other.enter(c, "early");
      expect(await one.enter(c, "1", { watch: true })).toBe("");
      await Promise.all([one.enter(c, "2"), other.enter(c, "3")]);
      await eventually(() => expect(one.news).toHaveLength(2));
      expect([...one.news].sort()).toEqual([`join ${c} 2`, `join ${c} 3`]);
      expect(other.news).toEqual([]);
      expect(((await one.list(c)) as string[]).toSorted()).toEqual(["1", "2", "3", "early"]);
      for (const asker of [one, other]) asker.die();
    });

    it("what is asked behind an entrance or an exit is answered behind it", async () => {
      const { one, other, c } = setup();
      for (const asker of [one, other]) {
        const [, list] = await Promise.all([asker.enter(c, "1", { watch: true }), asker.list(c)]);
        expect(list).toEqual(["1"]);
        const [, again] = await Promise.all([asker.enter(c, "2"), asker.list(c)]);
        expect(again).toEqual(["1", "2"]);
        asker.exit(c, "2");
        expect(await asker.list(c)).toEqual(["1"]);
        asker.die();
        expect(await asker.list(c)).toEqual([]);
      }
    });

    it("a connection that becomes somebody else leaves as who it was; who stays the same is not told of", async () => {
      const { one, other, c } = setup();
      await one.enter(c, "1", { watch: true });
      await other.enter(c, "2");
      await other.enter(c, "2", { user: "ada" });
      await other.enter(c, "2", { user: "ada", member: "ada as she is now" });
      await other.enter(c, "2");
      await eventually(() => expect(one.news).toHaveLength(5));
      expect(one.news).toEqual(["join 2", "leave 2", "join ada", "leave ada", "join 2"].map(within(c)));
      for (const asker of [one, other]) asker.die();
    });

    it("a user cannot be mistaken for a connection of the same name", async () => {
      const { one, c } = setup();
      await one.enter(c, "1", { member: "a" });
      await one.enter(c, "2", { user: "1", member: "b" });
      expect(await one.list(c)).toEqual(["a", "b"]);
      one.die();
    });

    it("news end where nobody wants them, and begin again where somebody does", async () => {
      const { one, other, c } = setup();
      await one.enter(c, "1", { watch: true });
      one.unwatch(c);
      await other.enter(c, "2");
      expect(await one.watch(c, "1")).toBe("");
      await other.enter(c, "3");
      await eventually(() => expect(one.news).toEqual([`join ${c} 3`]));
      // one that changed its mind before it was answered
      const watching = other.watch(c, "3");
      other.unwatch(c);
      expect(await watching).toBe("");
      await one.enter(c, "4");
      expect(await other.list(c)).toEqual(["1", "2", "3", "4"]);
      expect(other.news).toEqual([]);
      for (const asker of [one, other]) asker.die();
    });

    it("who says that it is the same, and was never known, is refused", async () => {
      const { one, c } = setup();
      expect(await one.watch(c, "1")).toBe(NO_ROOM);
      expect(await one.list(c)).toEqual([]);
    });

    it("nothing is taken any more when all are gone", async () => {
      const { one, other, c } = setup();
      await Promise.all([one.enter(c, "1", { watch: true }), other.enter(c, "2", { watch: true })]);
      for (const asker of [one, other]) asker.die();
      await eventually(async () => expect(await one.list(c)).toEqual([]));
      for (const keeper of keepers()) expect([keeper.size, keeper.spent]).toEqual([0, 0]);
    });
  });
}

function within(channel: string): (news: string) => string {
  return (news) => news.replace(" ", ` ${channel} `);
}
