import { expect, it } from "vitest";
import { age, amount, bytes, count, duration, rate, share } from "./figures.ts";

it("figures are short, and what is not known is a dash", () => {
  expect([count(1_234), count(123_456), count(undefined)]).toEqual(["1,234", "123.5K", "–"]);
  expect([rate(0.25), rate(9.94), rate(1_234.5), rate(undefined)]).toEqual(["0.3", "9.9", "1,235", "–"]);
  expect([bytes(12), bytes(1_536), bytes(123_456_789), bytes(undefined)]).toEqual(["12 B", "1.5 KiB", "118 MiB", "–"]);
  expect([duration(0.123), duration(3.21), duration(45.6), duration(1_234), duration(60_000)]).toEqual([
    "0.12 ms",
    "3.2 ms",
    "46 ms",
    "1.23 s",
    "60 s",
  ]);
  expect([share(0.126), share(undefined)]).toEqual(["13 %", "–"]);
  expect([age(5.9), age(65), age(3_725), age(90_000)]).toEqual(["5 s", "1 min 5 s", "1 h 2 min", "1 d 1 h"]);
  expect([amount(1, "process", "processes"), amount(2_000, "connection")]).toEqual(["1 process", "2,000 connections"]);
});
