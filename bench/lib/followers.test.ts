import { afterEach, expect, it, vi } from "vitest";

// it is a program for Node.js without types
const { Followers } = await import(new URL("followers.mjs", import.meta.url).href);

afterEach(() => void vi.useRealTimers());

it("what clients missed is counted by the numbers that came", () => {
  const followers = new Followers(2);
  for (const n of [1, 2, 5, 5, 6]) followers.heard(0, { n, at: 0 });
  // whoever comes later has missed nothing
  followers.heard(1, { n: 4, at: 0 });
  expect(followers.look(6)).toEqual({ lost: 0, back: [], live: [], missed: 2, repeated: 1, behind: 1 });
});

it("a client is back when it is subscribed again, and live at the first publication of a later time", () => {
  vi.useFakeTimers({ now: 1_000 });
  const followers = new Followers(1);
  followers.subscribed(0);
  followers.heard(0, { n: 1, at: 1_000 });
  followers.lost(0);
  vi.setSystemTime(2_000);
  followers.subscribed(0);
  // what it recovers is older
  followers.heard(0, { n: 2, at: 1_500 });
  expect(followers.look(2)).toMatchObject({ lost: 1, back: [2_000], live: [] });
  vi.setSystemTime(2_100);
  followers.heard(0, { n: 3, at: 2_050 });
  expect(followers.look(3)).toMatchObject({ back: [2_000], live: [2_100], missed: 0, behind: 0 });
});
