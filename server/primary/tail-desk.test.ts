import { expect, it } from "vitest";
import type { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import type { Link } from "../bus/link.ts";
import { encodeNumbers, readNumber } from "../bus/numbers.ts";
import { TailWriter } from "../tail/tail-writer.ts";
import type { Tail } from "./tail.ts";
import { TailDesk } from "./tail-desk.ts";

/** A desk, and one socket worker that writes into its tails by hand. */
function setup() {
  const desk = new TailDesk();
  const bus = desk.of("/app");
  const told: [type: number, channel: string, data: number][] = [];
  const writers = new Map<string, TailWriter>();
  const link = {
    send(type: number, _: number, channel: string, data: Buffer = Buffer.alloc(0)) {
      told.push([type, channel, readNumber(data, 0)]);
      if (type === BusType.TAIL) write(readNumber(data, 0), readNumber(data, 1), readNumber(data, 2));
      if (type === BusType.TAIL_TAKEN) writers.get(channel)?.taken(readNumber(data, 0));
      if (type === BusType.TAIL_END) writers.get(channel)?.stop();
    },
  } as unknown as Link;
  const member = bus.joined(link, 7);
  const tell = (type: BusType, channel: string, data: Uint8Array = Buffer.alloc(0)) =>
    member.receive({ type, channel, data } as BusFrame);
  const write = (number: number, room: number, messages: number) => {
    const uplink = { tell, refusal: () => undefined };
    writers.set(String(number), new TailWriter({ uplink, number, room, messages, ended: () => undefined }));
  };
  const open = (limits = { seconds: 60 }) => desk.open({ member: 7, path: "/app" }, "some-id", limits) as Tail;
  return { desk, bus, member, open, told, writer: (number = 1) => writers.get(String(number)) as TailWriter };
}

async function read(tail: Tail): Promise<string> {
  let text = "";
  for await (const part of tail) text += part;
  return text;
}

it("lines come in their order, and after the last one nothing", async () => {
  const { open, writer, desk } = setup();
  const tail = open();
  writer().note("begun\n");
  writer().message("one\n");
  writer().message("two\n");
  writer().end("over\n");
  writer().message("late\n");
  expect(await read(tail)).toBe("begun\none\ntwo\nover\n");
  expect(desk.full).toBe(false);
});

it("who reads slowly loses lines, is told how many, and gets what comes when there is room again", async () => {
  const { open, writer } = setup();
  const tail = open();
  const line = `${"x".repeat(999)}\n`;
  for (let count = 0; count < 100; count++) writer().message(line);
  const first = await tail.next();
  expect(first.value?.length).toBeLessThanOrEqual(65_536);
  const came = (first.value?.length ?? 0) / 1_000;
  expect(came).toBeGreaterThan(60);
  writer().message("again\n");
  writer().end("over\n");
  const rest = await read(tail);
  expect(rest).toMatch(/^\{"time":"[^"]+","note":"lost","lines":(\d+)\}\nagain\nover\n$/);
  expect(Number(/"lines":(\d+)/.exec(rest)?.[1]) + came).toBe(100);
});

it("what was lost is told as soon as there is room again, though nothing more comes", async () => {
  const { open, writer } = setup();
  const tail = open();
  writer().message(`${"x".repeat(60_000)}\n`);
  writer().message(`${"y".repeat(60_000)}\n`);
  expect((await tail.next()).value).toMatch(/^x+\n$/);
  expect((await tail.next()).value).toMatch(/"lost","lines":1\}\n$/);
});

it("the last line comes though there is no room for any", async () => {
  const { open, writer } = setup();
  const tail = open();
  writer().message(`${"x".repeat(70_000)}\n`);
  writer().end("over\n");
  expect(await read(tail)).toMatch(/"lost","lines":1\}\nover\n$/);
});

it("where its reader goes, the socket worker is told at once, though nothing came", async () => {
  const { open, told, desk } = setup();
  const tail = open();
  const waiting = tail.next();
  await tail.return();
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect(told.at(-1)).toEqual([BusType.TAIL_END, "1", 0]);
  expect(desk.full).toBe(false);
});

it("there are no more than so many at once", async () => {
  const { desk, open, writer } = setup();
  const tails = Array.from({ length: 20 }, () => open());
  expect(desk.full).toBe(true);
  expect(desk.open({ member: 7, path: "/app" }, "some-id", { seconds: 1 })).toBeUndefined();
  writer(3).end("over\n");
  expect(desk.full).toBe(false);
  for (const where of [
    { member: 8, path: "/app" },
    { member: 7, path: "" },
  ]) {
    expect(desk.open(where, "some-id", { seconds: 1 })).toBeUndefined();
  }
  for (const tail of tails) await tail.return();
});

it("a socket worker that goes ends its tails, and so does the end of the server", async () => {
  const { desk, open, member } = setup();
  const tail = open();
  member.left();
  expect(await read(tail)).toMatch(/"note":"worker gone"\}\n$/);
  const other = setup();
  const last = other.open();
  other.bus.close();
  expect(await read(last)).toMatch(/"note":"server ends"\}\n$/);
  expect(desk.full).toBe(false);
});

it("frames of a tail that is over, or that is another worker's, are nobody's", async () => {
  const { bus, open, writer, told } = setup();
  const tail = open();
  const other = bus.joined({} as Link, 8);
  other.receive({ type: BusType.TAIL_LINES, channel: "1", data: Buffer.from("wrong\n") } as BusFrame);
  other.receive({ type: BusType.TAIL_OVER, channel: "99", data: Buffer.from("wrong\n") } as BusFrame);
  writer().end("over\n");
  expect(await read(tail)).toBe("over\n");
  expect(told.map(([type]) => type)).toEqual([BusType.TAIL]);
  expect(encodeNumbers([1]).length).toBe(8);
});
