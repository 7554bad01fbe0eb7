import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AppError } from "../../../shared/errors.ts";
import { eventually } from "../../test/patience.ts";
import { type BrokerSetup, type Process, startProcess } from "./broker-process.ts";

/** Holds a driver against every MUST of `broker.ts`. */
export function describeBroker(name: string, setup: () => Promise<BrokerSetup>): void {
  describe(`the broker contract, kept by ${name}`, () => {
    let bus: BrokerSetup;
    let a: Process;
    let b: Process;
    let c: Process;

    /** Waits until everything published before has been delivered wherever it goes. */
    async function settled(...processes: Process[]): Promise<void> {
      const barriers = bus.barriers ?? ["settled"];
      const subscriptions = processes.flatMap((one) => barriers.map((barrier) => one.subscribe(barrier)));
      expect(new Set(await Promise.all(subscriptions))).toEqual(new Set([undefined]));
      await Promise.all(barriers.map((barrier) => a.publish(barrier, "now")));
      for (const { delivered } of processes) {
        for (const passed of barriers.map((barrier) => `${barrier} now`)) {
          await eventually(() => expect(delivered).toContain(passed));
          delivered.splice(delivered.indexOf(passed), 1);
        }
      }
    }

    beforeEach(async () => {
      bus = await setup();
      [a, b, c] = await Promise.all([startProcess(bus), startProcess(bus), startProcess(bus)]);
    });

    afterEach(() => bus.close());

    it("delivers to every process that subscribed, the publisher's own included, and to no other", async () => {
      await a.subscribe("news");
      await b.subscribe("news");
      expect(await a.publish("news", "1")).toBeUndefined();
      expect(await c.publish("news", "2")).toBeUndefined();
      await a.publish("other", "3");
      await settled(a, b, c);
      expect([a, b, c].map(({ delivered }) => delivered)).toEqual([["news 1", "news 2"], ["news 1", "news 2"], []]);
    });

    it("delivers what fits a pattern, and nothing else", async () => {
      await a.subscribe("chat:*");
      for (const channel of ["chat:1", "chat:", "chat", "chatter:1", "CHAT:1", "chat:ü🦊"]) {
        await b.publish(channel, "x");
      }
      await settled(a);
      expect(a.delivered).toEqual(["chat:1 x", "chat: x", "chat:ü🦊 x"]);
    });

    it("delivers once to a process, however many of its subscriptions match", async () => {
      for (const channel of ["chat:1", "chat:*", "c*", "*"]) await a.subscribe(channel);
      await a.subscribe("chat:1");
      await b.publish("chat:1", "x");
      await settled(a);
      expect(a.delivered).toEqual(["chat:1 x"]);
    });

    it("delivers in one order per channel to all processes, however many publish at once", async () => {
      const processes = [a, b, c];
      for (const one of processes) await one.subscribe("busy");
      const publications = processes.flatMap((one, who) =>
        Array.from({ length: 100 }, (_, count) => one.publish("busy", `${who}-${count}`)),
      );
      expect((await Promise.all(publications)).every((error) => error === undefined)).toBe(true);
      await settled(...processes);
      expect(a.delivered).toHaveLength(300);
      expect(new Set(a.delivered).size).toBe(300);
      expect(b.delivered).toEqual(a.delivered);
      expect(c.delivered).toEqual(a.delivered);
      const own = (who: number) => a.delivered.filter((text) => text.startsWith(`busy ${who}-`));
      for (const who of [0, 1, 2]) {
        expect(own(who)).toEqual(Array.from({ length: 100 }, (_, count) => `busy ${who}-${count}`));
      }
    });

    it("carries any bytes, from none to a mebibyte, as they are", async () => {
      const received: Buffer[] = [];
      const other = await bus.connect((_, data) => void received.push(Buffer.from(data)));
      await new Promise((resolve) => other.subscribe("bytes", resolve));
      const sent = [0, 1, 4_096, 65_536, 1_048_576].map((size) => Buffer.alloc(size, 0xc1));
      for (const bytes of sent) a.broker.publish("bytes", bytes, undefined);
      await eventually(() => expect(received).toHaveLength(sent.length));
      expect(received.every((bytes, index) => bytes.equals(sent[index] as Buffer))).toBe(true);
    });

    it("keeps what is to be kept, and tells who asks what came after a place, between what was delivered before and after", async () => {
      const keeping = { size: 5, ttlMs: 60_000 };
      const publish = (text: string) =>
        new Promise((resolve) =>
          b.broker.publish("kept", Buffer.from(text), (_, offset) => resolve(offset), { keeping }),
        );
      const first = await a.from("kept", undefined);
      expect(first).toMatchObject({ top: 0, recovered: false, texts: [] });
      expect([await publish("1"), await publish("2"), await publish("3")]).toEqual([1, 2, 3]);
      const second = a.from("kept", { epoch: first.epoch, offset: 1 });
      const more = publish("4");
      expect(await second).toMatchObject({ epoch: first.epoch, recovered: true, first: 2 });
      await more;
      await settled(a);
      expect(a.delivered).toEqual(["kept 1 @1", "kept 2 @2", "kept 3 @3", "kept 4 @4"]);
      const { top, texts } = await second;
      expect(texts).toEqual(["2", "3", "4"].slice(0, top - 1));
      for (const text of ["5", "6", "7"]) await publish(text);
      expect(await c.from("kept", { epoch: first.epoch, offset: 1 })).toMatchObject({
        top: 7,
        recovered: false,
        texts: [],
      });
      expect(await c.from("kept", { epoch: "another", offset: 6 })).toMatchObject({ recovered: false, texts: [] });
      expect(await c.from("kept", { epoch: first.epoch, offset: 6 })).toMatchObject({ recovered: true, texts: ["7"] });
      expect(await c.history("kept", 2, 6)).toMatchObject({ first: 4, texts: ["4", "5"] });
    });

    it("publishes once what has a key, whichever process tells it", async () => {
      await a.subscribe("once");
      const offsets: unknown[] = [];
      for (const { broker } of [a, b, c, a]) {
        const options = { key: "session key", keeping: { size: 5, ttlMs: 60_000 } };
        offsets.push(
          await new Promise((resolve) =>
            broker.publish("once", Buffer.from("x"), (_, offset) => resolve(offset), options),
          ),
        );
      }
      expect(offsets).toEqual([1, 1, 1, 1]);
      await new Promise((resolve) => b.broker.publish("once", Buffer.from("y"), resolve, { key: "session other" }));
      await settled(a);
      expect(a.delivered).toEqual(["once x @1", "once y"]);
    });

    it("does not call `deliver` from within `publish` or `subscribe`", async () => {
      await a.subscribe("c");
      a.broker.publish("c", Buffer.from("1"), undefined);
      a.broker.subscribe("c*", () => undefined);
      a.broker.publish("c", Buffer.from("2"), undefined);
      expect(a.delivered).toEqual([]);
      await settled(a);
      expect(a.delivered).toEqual(["c 1", "c 2"]);
    });

    it("calls `done` of `subscribe` only when every later publication will come", async () => {
      for (let round = 0; round < 20; round++) {
        await a.subscribe(`round:${round}`);
        await b.publish(`round:${round}`, "x");
      }
      await settled(a);
      expect(a.delivered).toHaveLength(20);
    });

    it("calls `done` of `subscribe` never before an earlier publication has been delivered", async () => {
      await a.subscribe("c");
      let deliveredBefore = -1;
      a.broker.publish("c", Buffer.from("early"), undefined);
      a.broker.subscribe("*", () => {
        deliveredBefore = a.delivered.length;
      });
      await settled(a);
      expect(deliveredBefore).toBe(1);
    });

    it("calls `done` of `publish` only when the publication has its place in the channel's order", async () => {
      await c.subscribe("c");
      await a.publish("c", "first");
      await b.publish("c", "second");
      await settled(c);
      expect(c.delivered).toEqual(["c first", "c second"]);
    });

    it("has copied the data when `publish` returns", async () => {
      await b.subscribe("c");
      const data = Buffer.from("before");
      a.broker.publish("c", data, undefined);
      data.fill("x");
      await settled(b);
      expect(b.delivered).toEqual(["c before"]);
    });

    it("delivers nothing any more after `unsubscribe`, while other subscriptions of the process go on", async () => {
      for (const channel of ["c", "c*", "d"]) await a.subscribe(channel);
      a.broker.unsubscribe("c");
      a.broker.unsubscribe("d");
      a.broker.unsubscribe("never:subscribed");
      await settled(a);
      await b.publish("c", "by pattern");
      await b.publish("d", "x");
      await settled(a);
      expect(a.delivered).toEqual(["c by pattern"]);
    });

    it("is subscribed after `unsubscribe` and `subscribe` in one turn", async () => {
      await a.subscribe("c");
      a.broker.unsubscribe("c");
      await a.subscribe("c");
      await b.publish("c", "x");
      await settled(a);
      expect(a.delivered).toEqual(["c x"]);
    });

    it("lets the others go on where one of them closes", async () => {
      for (const one of [a, b]) await one.subscribe("c");
      b.broker.close();
      expect(await c.publish("c", "x")).toBeUndefined();
      await settled(a);
      expect({ a: a.delivered, b: b.delivered }).toEqual({ a: ["c x"], b: [] });
    });

    it("calls every `done` once, with UNAVAILABLE where it was closed before the answer or is closed already", async () => {
      const told: string[] = [];
      const tell = (name: string) => (error: AppError | undefined) => void told.push(`${name} ${error?.code}`);
      a.broker.subscribe("c", tell("subscribe"));
      a.broker.publish("c", Buffer.from("x"), tell("publish"));
      a.broker.close();
      a.broker.subscribe("c", tell("late subscribe"));
      a.broker.publish("c", Buffer.from("x"), tell("late publish"));
      a.broker.publish("c", Buffer.from("x"), undefined);
      a.broker.unsubscribe("c");
      a.broker.close();
      await eventually(() => expect(told).toHaveLength(4));
      // time enough to be told twice
      for (let count = 0; count < 5; count++) await b.publish("c", "x");
      expect(told.sort()).toEqual(
        ["subscribe", "publish", "late subscribe", "late publish"].map((what) => `${what} UNAVAILABLE`).sort(),
      );
    });

    it("calls every `done` once, with UNAVAILABLE, where what it relies on breaks down", async () => {
      const told: (string | undefined)[] = [];
      bus.breakDown();
      a.broker.subscribe("c", (error) => void told.push(error?.code));
      a.broker.publish("c", Buffer.from("x"), (error) => void told.push(error?.code));
      await eventually(() => expect(told).toEqual(["UNAVAILABLE", "UNAVAILABLE"]));
    });
  });
}
