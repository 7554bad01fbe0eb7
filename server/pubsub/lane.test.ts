import { expect, it } from "vitest";
import type { Frame } from "../../shared/message.ts";
import type { Connection } from "../connection/connection.ts";
import { createCounters } from "../metrics.ts";
import { Lane } from "./lane.ts";

it("of many small publications that wait for a subscriber, a thousand do: the newest", async () => {
  const sent: Frame[] = [];
  const reader: { read?: () => void } = {};
  const fake = {
    open: true,
    unsent: 1_000,
    backlog: 0,
    sendFrame: (frame: Frame) => void sent.push(frame),
    drain: () =>
      new Promise<void>((resolve) => {
        reader.read = resolve;
      }),
  };
  const counters = createCounters();
  const options = { policy: "drop-oldest", mark: 100, budget: 1_000_000, counters } as const;
  const lane = new Lane(fake as unknown as Connection, options);
  for (let number = 0; number < 1_500; number++) lane.offer("c", String(number));
  expect(counters.leftOut).toBe(500);
  expect(sent).toEqual([]);
  fake.unsent = 0;
  reader.read?.();
  await new Promise((resolve) => setImmediate(resolve));
  expect(sent).toEqual(Array.from({ length: 1_000 }, (_, index) => String(500 + index)));
  expect(fake.backlog).toBe(0);
});
