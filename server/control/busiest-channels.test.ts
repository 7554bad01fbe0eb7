import { expect, it } from "vitest";
import { busiestChannels } from "./busiest-channels.ts";

const entry = (subscribers: number, delivered: number) => ({ subscribers, delivered });

it("the channels with most subscribers are told, and those with most deliveries, each once", () => {
  const entries = [
    ["few", entry(1, 2)],
    ["full", entry(9, 0)],
    ["busy", entry(2, 50)],
    ["both", entry(8, 40)],
    ["none", entry(1, 0)],
  ] as const;
  const { channels, more } = busiestChannels(entries, 2);
  expect(channels.toSorted()).toEqual([
    ["both", 8, 40],
    ["busy", 2, 50],
    ["full", 9, 0],
  ]);
  expect(more).toBe(false);
});

it("deliveries are told once", () => {
  const entries = [["one", entry(1, 5)]] as const;
  expect(busiestChannels(entries, 10).channels).toEqual([["one", 1, 5]]);
  expect(busiestChannels(entries, 10).channels).toEqual([["one", 1, 0]]);
});

it("not all of very many channels are looked at, which is said", () => {
  function* many() {
    for (let number = 0; ; number++) yield [`c${number}`, entry(1, number)] as const;
  }
  const { channels, more } = busiestChannels(many(), 1_000_000);
  expect([channels.length, more]).toEqual([200, true]);
});
