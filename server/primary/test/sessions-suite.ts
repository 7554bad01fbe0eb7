import { beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../../test/patience.ts";
import type { SessionWorker } from "./session-worker.ts";

/** Two socket workers of one application, be it at one host or at two. */
export interface SessionsSetup {
  readonly one: SessionWorker;
  readonly other: SessionWorker;
  /** Waits until their hosts know each other. @default they do */
  known?(): Promise<void>;
}

const NOTHING_KNOWN = [null, {}, [], false];

/** Holds what workers tell and are told against the rules of sessions. */
export function describeSessions(name: string, setup: () => Promise<SessionsSetup>): void {
  describe(`a session, by ${name}`, () => {
    let one: SessionWorker;
    let other: SessionWorker;
    let known: SessionsSetup["known"];

    beforeEach(async () => {
      ({ one, other, known } = await setup());
    });

    it("goes on with its user, its tags and its subscriptions, on another worker", async () => {
      one.open("s", "c1");
      one.changed("s", { user: "ada" });
      one.changed("s", { tags: { room: "5", theme: "dark", ключ: "🦊" } });
      one.changed("s", { tags: { theme: null } });
      for (const channel of ["a", "b", "c:*"]) one.subscribed("s", channel);
      one.unsubscribed("s", "b");
      one.left("s", "c1");
      await one.caughtUp();
      const state = await other.resume("s", "c2");
      expect(state).toEqual(["ada", { room: "5", ключ: "🦊" }, expect.any(Array), false]);
      expect([...(state?.[2] ?? [])].sort()).toEqual(["a", "c:*"]);
      expect([one.moved, other.moved]).toEqual([[], []]);
    });

    it("knows nothing of anybody where nothing was said", async () => {
      one.open("s", "c1");
      expect(await one.resume("s", "c2")).toEqual(NOTHING_KNOWN);
    });

    it("does not go on for who says another secret, and does not suffer from it", async () => {
      one.open("s", "c1");
      await one.caughtUp();
      for (const secret of ["", "secre", "secret ", "Secret", "ſecret"]) {
        expect(await other.resume("s", "c2", { secret })).toBeUndefined();
      }
      expect(await other.resume("s", "c2")).toEqual(NOTHING_KNOWN);
    });

    it("is not found by another id", async () => {
      one.open("s", "c1");
      await one.caughtUp();
      for (const id of ["", "S", "s ", "__proto__", "constructor"]) {
        expect(await other.resume(id, "c2")).toBeUndefined();
      }
    });

    it("without a secret is nobody's to go on with, and ends with its connection", async () => {
      one.open("s", "c1", null);
      await one.caughtUp();
      for (const secret of ["", "undefined", "null"]) expect(await other.resume("s", "c2", { secret })).toBeUndefined();
      one.left("s", "c1");
      expect(await other.revoke({ session: "s" })).toBe(0);
    });

    it("that another worker has leaves it, which is told for which connection", async () => {
      one.open("s", "c1");
      await one.caughtUp();
      expect(await other.resume("s", "c2")).toEqual(NOTHING_KNOWN);
      await eventually(() => expect(one.moved).toEqual(["s c1"]));
      expect(await other.resume("s", "c3")).toEqual(NOTHING_KNOWN);
      expect(await one.resume("s", "c4")).toEqual(NOTHING_KNOWN);
      await eventually(() => expect(other.moved).toEqual(["s c3"]));
    });

    it("stays with the latest of its client's connections where the client numbers them, however late others come", async () => {
      one.open("s", "c1");
      expect(await one.resume("s", "c3", { turn: 2 })).toEqual(NOTHING_KNOWN);
      for (const turn of [0, 1, 2]) expect(await other.resume("s", "c2", { turn })).toBe("not now");
      expect(await other.resume("s", "c2", { turn: 1, secret: "wrong" })).toBeUndefined();
      expect(one.moved).toEqual([]);
      expect(await other.resume("s", "c5")).toEqual(NOTHING_KNOWN);
      await eventually(() => expect(one.moved).toEqual(["s c3"]));
      expect(await one.resume("s", "c6", { turn: 2 })).toBe("not now");
      other.left("s", "c5");
      await other.caughtUp();
      expect(await one.resume("s", "c7", { turn: 3 })).toEqual(NOTHING_KNOWN);
    });

    it("of somebody who has proven that is theirs who prove it again", async () => {
      one.open("s", "c1");
      one.changed("s", { user: "ada", proven: true });
      await one.caughtUp();
      expect(await other.resume("s", "c2")).toBe("unproven");
      for (const user of ["bob", "ad"]) expect(await other.resume("s", "c2", { user })).toBeUndefined();
      expect(await other.resume("s", "c2", { user: "ada" })).toEqual(["ada", {}, [], true]);
      other.changed("s", { user: "bob" });
      await other.caughtUp();
      expect(await one.resume("s", "c3")).toEqual(["bob", {}, [], false]);
    });

    it("hears what is still said of it where it was before", async () => {
      one.open("s", "c1");
      one.changed("s", { user: "ada", tags: { a: "1" } });
      await one.caughtUp();
      expect(await other.resume("s", "c2")).toEqual(["ada", { a: "1" }, [], false]);
      other.changed("s", { tags: { b: "2" } });
      await other.caughtUp();
      one.changed("s", { user: null, tags: { a: null } });
      await eventually(() => expect(other.changes).toEqual([["s", { user: null, tags: { a: null } }]]));
      expect(one.changes).toEqual([]);
      expect(await one.resume("s", "c3")).toEqual([null, { b: "2" }, [], false]);
    });

    it("does not end with a connection that it has left, or with its process", async () => {
      one.open("s", "c1");
      await one.caughtUp();
      expect(await other.resume("s", "c2")).toEqual(NOTHING_KNOWN);
      one.left("s", "c1");
      await one.caughtUp();
      one.die();
      expect(await other.tell("ada", 1)).toBe(0);
      other.changed("s", { user: "ada" });
      expect(await other.tell("ada", 2)).toBe(1);
      expect(other.moved).toEqual([]);
    });

    it("outlives the process that had it", async () => {
      one.open("s", "c1");
      one.changed("s", { tags: { a: "1" } });
      await one.caughtUp();
      one.die();
      expect(await other.resume("s", "c2")).toEqual([null, { a: "1" }, [], false]);
    });

    it("that has been ended cannot be gone on with, and closes its connection, wherever that is", async () => {
      await known?.();
      one.open("s", "c1");
      one.open("anonymous", "c2", null);
      one.open("stays", "c3");
      await one.caughtUp();
      expect(await other.revoke({ session: "s" }, true)).toBe(1);
      expect(await other.revoke({ session: "anonymous" })).toBe(1);
      expect(await other.revoke({ session: "nobody's" })).toBe(0);
      await eventually(() =>
        // nodes of a Cluster say things in no order
        expect([...one.ended].sort()).toEqual([
          ["anonymous", "c2", 4401],
          ["s", "c1", 4403],
        ]),
      );
      for (const worker of [one, other]) expect(await worker.resume("s", "c4")).toBeUndefined();
      expect(await other.revoke({ session: "s" })).toBe(0);
      expect(await other.resume("stays", "c5")).toEqual(NOTHING_KNOWN);
    });

    it("of a user who is revoked ends, with a connection or without, wherever it is, and is counted once", async () => {
      await known?.();
      for (const [worker, id] of [
        [one, "s1"],
        [one, "away"],
        [other, "s2"],
        [other, "s3"],
      ] as const) {
        worker.open(id, `c ${id}`);
        worker.changed(id, { user: "ada" });
      }
      one.open("bob's", "c");
      one.changed("bob's", { user: "bob" });
      one.left("away", "c away");
      for (const worker of [one, other]) await worker.caughtUp();
      // it is another one's by now
      other.changed("s3", { user: "bob" });
      await other.caughtUp();
      expect(await one.revoke({ user: "ada" })).toBe(3);
      await eventually(() => expect(other.ended).toEqual([["s2", "c s2", 4401]]));
      expect(one.ended).toEqual([["s1", "c s1", 4401]]);
      expect([one.revoked, other.revoked]).toEqual([["ada"], ["ada"]]);
      for (const id of ["s1", "away", "s2"]) expect(await one.resume(id, "c9")).toBeUndefined();
      for (const id of ["bob's", "s3"]) expect(await one.resume(id, "c9")).toEqual(["bob", {}, [], false]);
    });

    it("of a user is told what the user is told, and counted, wherever it is", async () => {
      await known?.();
      for (const [worker, id] of [
        [one, "s1"],
        [other, "s2"],
        [other, "s3"],
        [other, "away"],
      ] as const) {
        worker.open(id, `c ${id}`);
        worker.changed(id, { user: "ada" });
      }
      other.left("away", "c away");
      for (const worker of [one, other]) await worker.caughtUp();
      const data = { text: "hello 🦊", bytes: Buffer.from([0, 255]) };
      expect(await one.tell("ada", data)).toBe(3);
      await eventually(() => expect([one.events, other.events]).toEqual([[["ada", data]], [["ada", data]]]));
      expect(await one.tell("bob", "anybody?")).toBe(0);
    });
  });
}
