import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { AppError } from "../../shared/errors.ts";
import { AmqpRefusal } from "../links/amqp.ts";
import { Outbox, type Parcel } from "./outbox.ts";

type Send = () => Promise<void>;

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "setInterval", "setImmediate", "performance"] }));
afterEach(() => void vi.useRealTimers());

const ended: string[] = [];
beforeEach(() => void ended.splice(0));

function parcel(name: string, send: (link: Send) => Promise<void>, waitMs = 1_000): Parcel<Send> {
  const done = (error: AppError | undefined): void => void ended.push(`${name} ${error?.code ?? "sent"}`);
  return { bytes: 10, until: performance.now() + waitMs, send, done };
}
const asLink = (name: string, waitMs?: number): Parcel<Send> => parcel(name, (link) => link(), waitMs);

it("what waits is sent in its order when there is a link", async () => {
  const outbox = new Outbox<Send>(10, 1_000);
  for (const name of ["a", "b"]) outbox.add(asLink(name));
  expect(outbox.count).toBe(2);
  outbox.up(async () => undefined);
  await vi.advanceTimersByTimeAsync(1);
  expect(ended).toEqual(["a sent", "b sent"]);
  expect([outbox.count, outbox.bytes]).toEqual([0, 0]);
});

it("what was sent on a link that broke is sent again on the next one", async () => {
  const outbox = new Outbox<Send>(10, 1_000);
  outbox.up(() => Promise.reject(new Error("broken")));
  outbox.add(asLink("a"));
  await vi.advanceTimersByTimeAsync(1);
  outbox.down();
  expect(ended).toEqual([]);
  outbox.up(async () => undefined);
  await vi.advanceTimersByTimeAsync(1);
  expect(ended).toEqual(["a sent"]);
});

it("what the broker refuses is sent again until its time is over", async () => {
  const outbox = new Outbox<Send>(10, 1_000);
  let refusals = 2;
  outbox.up(async () => {
    if (refusals-- > 0) throw new AmqpRefusal("full");
  });
  outbox.add(asLink("a"));
  await vi.advanceTimersByTimeAsync(900);
  expect(ended).toEqual(["a sent"]);
  refusals = Number.POSITIVE_INFINITY;
  outbox.add(asLink("b"));
  await vi.advanceTimersByTimeAsync(1_200);
  expect(ended).toEqual(["a sent", "b OVERLOADED"]);
});

it("what does not fit is refused, but for what has to get there", async () => {
  const outbox = new Outbox<Send>(10, 25);
  for (const name of ["a", "b", "c"]) outbox.add(asLink(name));
  outbox.add(asLink("must", Number.POSITIVE_INFINITY));
  await vi.advanceTimersByTimeAsync(1);
  expect(ended).toEqual(["c OVERLOADED"]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(ended).toEqual(["c OVERLOADED", "a UNAVAILABLE", "b UNAVAILABLE"]);
  outbox.close();
  expect(ended.at(-1)).toBe("must UNAVAILABLE");
});
