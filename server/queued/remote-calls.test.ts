import { expect, it, onTestFinished, vi } from "vitest";
import { createPack } from "../../shared/msgpack-codec.ts";
import type { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import type { Answered, Uplink } from "../bus/uplink.ts";
import type { Connection } from "../connection/connection.ts";
import type { Services } from "../dispatch/services.ts";
import { resultAnswer } from "./answer.ts";
import { packCalls, readEnqueue } from "./enqueue-data.ts";
import { JobOrder } from "./queue-procedure.ts";
import type { QueuedRun } from "./queued-run.ts";
import { RemoteCalls } from "./remote-calls.ts";

const ORDER = new JobOrder({ name: "work", group: "g", ttlMs: 0, retries: 0, priority: "normal" }, null);
const SESSION = { id: "s", user: undefined, tags: {} };

/** The calls of a socket worker, and what it asks its primary. */
function create() {
  const asked: { type: BusType; data: Uint8Array | undefined; answered: Answered }[] = [];
  const uplink: Uplink = {
    unsent: 0,
    ask: (type, _channel, data, answered) => void asked.push({ type, data, answered }),
    tell: () => undefined,
    flush: () => undefined,
    whenTold: (told) => told(),
    refusal: () => undefined,
    close: () => undefined,
  };
  const adopted: string[] = [];
  const procedures = { get: (name: string) => void adopted.push(name) };
  const services = {
    ...{ procedures, sessions: { of: () => SESSION }, times: { moment: undefined } },
    deadlines: { add: () => undefined, delete: () => undefined },
  };
  const calls = new RemoteCalls(uplink, createPack(), () => services as unknown as Services);
  calls.need();
  return { calls, asked, adopted };
}

/** A call of a connection, and what becomes of it. */
function aRun(connection: Connection, heard: string[]): QueuedRun {
  const context = { id: 1, procedure: { name: "work" }, connection };
  const run = { key: "k", session: SESSION, context, job: undefined, wanted: true };
  const hears = { acknowledge: () => heard.push("ACK"), tell: () => heard.push("answer") };
  return { ...run, ...hears } as unknown as QueuedRun;
}

function frame(channel: string, data: Uint8Array): BusFrame {
  return { channel, data: Buffer.from(data) } as BusFrame;
}

const aConnection = () => ({ open: true, session: SESSION }) as unknown as Connection;

it("a call that is asked for again has the answer of the first one, though that comes before the queue has said anything", () => {
  const { calls, asked } = create();
  const heard: string[] = [];
  const run = aRun(aConnection(), heard);
  calls.enqueue(run, ORDER);
  const { job } = readEnqueue(Buffer.from(asked[0]?.data ?? []));
  calls.isAs(frame("first", Buffer.from(job)));
  calls.answered(frame("first", resultAnswer(Buffer.of(1))));
  expect(heard).toEqual(["answer"]);
  calls.told(run, true);
  expect(calls.size).toBe(0);
});

it("what a connection is told while it is asked what it waits for is over, whatever was known then", () => {
  const { calls, asked, adopted } = create();
  const connection = aConnection();
  const run = aRun(connection, []);
  calls.resume(connection, (adopt) => adopt());
  calls.enqueue(run, ORDER);
  const job = run.job ?? "";
  calls.answered(frame(job, resultAnswer(Buffer.of(1))));
  calls.told(run, true);
  // once more in the same turn, of which the primary has yet to hear
  calls.resume(connection, (adopt) => adopt());
  const late = packCalls([{ job, call: 1, procedure: "told", key: "k" }]);
  const other = packCalls([{ job: "other", call: 2, procedure: "waits", key: undefined }]);
  const questions = asked.filter(({ type }) => type === BusType.QUEUED_CALLS);
  expect(questions).toHaveLength(2);
  for (const { answered } of questions) answered(undefined, frame("", late));
  expect(adopted).toEqual([]);
  calls.resume(connection, (adopt) => adopt());
  asked.at(-1)?.answered(undefined, frame("", other));
  expect(adopted).toEqual(["waits"]);
});

it("a connection asks once more for what it waits for, however many answers there was no room for", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { calls, asked } = create();
  const connection = aConnection();
  const runs = Array.from({ length: 100 }, () => aRun(connection, []));
  for (const run of runs) calls.enqueue(run, ORDER);
  for (const { job } of runs) calls.later(frame(job ?? "", Buffer.alloc(0)));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked.filter(({ type }) => type === BusType.QUEUED_CALLS)).toHaveLength(1);
});
