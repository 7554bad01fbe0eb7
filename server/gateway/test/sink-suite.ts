import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { eventually, LIMIT_MS } from "../../test/patience.ts";
import type { BufferLimits } from "../event-buffer.ts";
import type { EventSink } from "../event-sink.ts";
import { type GatewayEvent, gatewayEvent } from "../gateway-event.ts";

/** An event as the broker gives it to whoever reads. */
export interface Received extends Partial<Omit<GatewayEvent, "size" | "message">> {
  /** Bytes where it is binary. */
  readonly message?: string | Buffer;
  /** Stream or routing key. */
  readonly name: string;
}

/** A broker, behind a cable. What it received before a test does not count. */
export interface SuiteBroker {
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** Gives back what the test had of it. */
  end(): Promise<void>;
  sink(limits: BufferLimits, log: SuiteLog): EventSink;
  /** All that has come, in its order. */
  received(): Promise<readonly Received[]>;
}

export interface SuiteLog {
  warn(fields: object | string, message?: string): void;
  info(fields: object | string, message?: string): void;
}

const LIMITS: BufferLimits = { maxEvents: 100_000, maxBytes: 2 ** 26, whenFull: "drop-oldest" };

export function message(seq: number, data: string | Buffer = `message ${seq}`, connection = "c1"): GatewayEvent {
  const from = { connection, action: "message", path: "/chat", tags: "group=a%26b&n=1", seq } as const;
  return gatewayEvent(from, data, data.length, undefined);
}

const seqs = (events: readonly { readonly seq?: number }[]): unknown[] => events.map(({ seq }) => seq);
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, place) => first + place);
/** Only the first of each. */
const once = (numbers: readonly unknown[]): unknown[] => [...new Set(numbers)];

/** What is to hold for the sink of every broker. */
export function describeSink(name: string, prepare: () => Promise<SuiteBroker>): void {
  describe(`the sink of ${name}`, () => {
    let broker: SuiteBroker;
    beforeEach(async () => {
      broker = await prepare();
      return () => broker.end();
    });

    function open(limits: Partial<BufferLimits> = {}) {
      const log = { warn: vi.fn(), info: vi.fn() };
      const sink = broker.sink({ ...LIMITS, ...limits }, log);
      onTestFinished(async () => {
        await sink.close(0);
      });
      const add = (event: GatewayEvent): boolean => sink.add({ event, name: "events" });
      const said = (method: "warn" | "info") => log[method].mock.calls.map(([, text]) => String(text));
      return { sink, add, said };
    }

    it("hands over events with all of their properties, in their order", async () => {
      const { sink, add } = open();
      const from = { connection: "c1", path: "/chat", tags: "group=a%26b&n=1" };
      const events = [
        gatewayEvent({ ...from, action: "open", seq: 1 }, undefined, 0, undefined),
        message(2, "grüße \u{1f642}\r\n$3"),
        message(3, Buffer.from([0, 255, 13, 10, 0xc3, 0x28])),
        message(4, ""),
        gatewayEvent({ ...from, action: "close", seq: 5 }, undefined, 0, 1001),
      ];
      for (const event of events) expect(add(event)).toBe(true);
      await eventually(() =>
        expect(sink.counters()).toMatchObject({ sent: 5, buffered: 0, bufferedBytes: 0, dropped: 0 }),
      );
      const expected = events.map(({ size: _, ...event }) => ({
        name: "events",
        ...Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined)),
      }));
      expect(await broker.received()).toEqual(expected);
    });

    it("hands over many, each once, while nothing breaks", async () => {
      const { sink, add } = open();
      for (const seq of upTo(5_000)) add(message(seq));
      await eventually(() => expect(sink.counters().sent).toBe(5_000));
      expect(seqs(await broker.received())).toEqual(upTo(5_000));
    });

    it("loses nothing, and keeps the order, when the way to it breaks again and again under traffic", async () => {
      const { sink, add, said } = open();
      let seq = 0;
      const traffic = setInterval(() => {
        for (let count = 0; count < 20; count++) add(message(++seq));
      }, 1);
      onTestFinished(() => clearInterval(traffic));
      for (const round of [1, 2, 3]) {
        const before = sink.counters().sent;
        await eventually(() => expect(sink.counters().sent).toBeGreaterThan(before + 500));
        await broker.cut();
        await eventually(() => expect(sink.counters().connected).toBe(false));
        const had = seq;
        await eventually(() => expect(seq).toBeGreaterThan(had + 500));
        await broker.mend();
        await eventually(() => expect(said("info")).toHaveLength(round));
      }
      clearInterval(traffic);
      await eventually(() => expect(sink.counters()).toMatchObject({ buffered: 0, bufferedBytes: 0, dropped: 0 }));
      expect(once(seqs(await broker.received()))).toEqual(upTo(seq));
      // once for each outage, however many attempts that took
      expect(said("warn")).toHaveLength(3);
      expect(said("info").every((text) => text.endsWith("can be reached again"))).toBe(true);
    });

    it("waits for a broker that is not there yet", async () => {
      await broker.cut();
      const { sink, add, said } = open();
      for (const seq of upTo(10)) add(message(seq));
      await eventually(() => expect(said("warn")).toHaveLength(1));
      expect(sink.counters()).toMatchObject({ connected: false, sent: 0, buffered: 10 });
      await broker.mend();
      await eventually(() => expect(sink.counters()).toMatchObject({ connected: true, sent: 10, buffered: 0 }));
      expect(seqs(await broker.received())).toEqual(upTo(10));
    });

    it("drops the oldest beyond its limits, and says so once, and once when that is over", async () => {
      await broker.cut();
      const { sink, add, said } = open({ maxEvents: 100 });
      for (const seq of upTo(350)) expect(add(message(seq))).toBe(true);
      expect(sink.counters()).toMatchObject({ buffered: 100, dropped: 250 });
      await broker.mend();
      await eventually(() => expect(sink.counters().sent).toBe(100));
      expect(seqs(await broker.received())).toEqual(upTo(350, 251));
      expect(said("warn").filter((text) => text.includes("do not fit"))).toHaveLength(1);
      expect(said("warn").filter((text) => text.includes("fit into the buffer again"))).toHaveLength(1);
    });

    it("on close hands over what it has", async () => {
      const { sink, add } = open();
      for (const seq of upTo(2_000)) add(message(seq));
      expect(await sink.close(LIMIT_MS)).toBe(0);
      expect(seqs(await broker.received())).toEqual(upTo(2_000));
    });

    it("on close says how much it could not hand over, when its time is over", async () => {
      await broker.cut();
      const { sink, add } = open();
      for (const seq of upTo(3)) add(message(seq));
      expect(await sink.close(20)).toBe(3);
    });
  });
}
