import { expect, it } from "vitest";
import type { Place } from "../list.ts";
import { type Ranked, SizeRanks } from "./size-ranks.ts";

class Sized implements Ranked<Sized> {
  readonly name: string;
  rank = 0;
  ranked: Place<Sized> | undefined;

  constructor(name: string) {
    this.name = name;
  }
}

it("the largest is found, to the next power of two, whatever the others become", () => {
  const ranks = new SizeRanks<Sized>();
  const [one, other, third] = [new Sized("one"), new Sized("other"), new Sized("third")];
  expect(ranks.largest).toBeUndefined();
  ranks.resize(one, 100);
  ranks.resize(other, 1_000_000);
  ranks.resize(third, 5_000_000_000);
  expect(ranks.largest).toBe(third);
  ranks.resize(third, 1);
  expect(ranks.largest).toBe(other);
  ranks.resize(other, 0);
  expect(ranks.largest).toBe(one);
  ranks.resize(one, 0);
  expect(ranks.largest).toBe(third);
  ranks.resize(third, 0);
  expect(ranks.largest).toBeUndefined();
});

it("of two that are about as large, the one that has been so for longer comes first", () => {
  const ranks = new SizeRanks<Sized>();
  const [one, other] = [new Sized("one"), new Sized("other")];
  ranks.resize(one, 600);
  ranks.resize(other, 1_000);
  ranks.resize(one, 601);
  expect(ranks.largest).toBe(one);
  ranks.resize(one, 400);
  expect(ranks.largest).toBe(other);
});
