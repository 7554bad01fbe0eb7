import { expect, it } from "vitest";
import { EVERYBODY } from "../tags/selector.ts";
import { IDLE, WELL } from "../test/control-port.ts";
import { findConnections } from "./find-connections.ts";
import type { Cursor } from "./requests.ts";

/** Two processes, of which the first has two applications. */
const COUNTS = [
  { member: 7, path: "", answer: 15 },
  { member: 3, path: "/shop", answer: 8 },
  { member: 3, path: "", answer: 30 },
  { member: 9, path: "", answer: 0 },
];

/** Connections are numbered from 1 on in each application. @param mute a member that counts, and says nothing more */
function primaryWith(mute?: number) {
  const asked: unknown[] = [];
  const ask = async (member: number, _: string, args: readonly unknown[], __?: number, path = "") => {
    const [selector, after, most] = args as [unknown, number, number];
    asked.push(selector);
    if (member === mute) return undefined;
    const all = COUNTS.find((one) => one.member === member && one.path === path)?.answer ?? 0;
    const count = Math.min(most, all - after);
    const connections = Array.from({ length: count }, (_, index) => ({ id: `${member}${path}-${after + index + 1}` }));
    return { answer: { connections, ...(after + count < all && { next: after + count }) } };
  };
  const askEverywhere = async () => ({ answers: COUNTS, silent: [], silentElsewhere: [] });
  const control = { ...IDLE.control, ask, askEverywhere };
  return { asked, primary: { workers: [{ ...WELL, member: 3, number: 1 }], control } as never };
}

it("connections come page by page, those of one application after those of the other, each once", async () => {
  const { primary, asked } = primaryWith();
  const seen: string[] = [];
  const sizes: number[] = [];
  let from: Cursor | undefined;
  do {
    const { total, connections, next } = await findConnections({ query: "", from }, primary);
    expect(total).toBe(53);
    sizes.push(connections.length);
    seen.push(...connections.map(({ id }) => id));
    from = next;
  } while (from !== undefined);
  expect(sizes).toEqual([20, 20, 13]);
  expect(new Set(seen).size).toBe(53);
  expect([seen[0], seen[30], seen[38], seen.at(-1)]).toEqual(["3-1", "3/shop-1", "7-1", "7-15"]);
  expect(asked[0]).toEqual(EVERYBODY);
});

it("a process that says nothing is told of, by the number that people know it by, and the others' are found", async () => {
  const { primary } = primaryWith(3);
  const { connections, silent, total } = await findConnections({ query: "plan=pro" }, primary);
  expect([connections.length, silent, total]).toEqual([15, [1], 53]);
});

it("a search that is none is refused in words", async () => {
  const { primary } = primaryWith();
  await expect(findConnections({ query: "a=1&a=2" }, primary)).rejects.toMatchObject({
    code: "BAD_REQUEST",
    message: expect.stringContaining("named twice"),
  });
});
