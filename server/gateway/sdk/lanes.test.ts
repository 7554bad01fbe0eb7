import { expect, it } from "vitest";
import { Lanes } from "./lanes.ts";

function workshop(width: number) {
  const lanes = new Lanes(width);
  const log: string[] = [];
  const finish = new Map<string, () => void>();
  const add = (key: string, name: string): void =>
    lanes.add(key, () => {
      log.push(name);
      return new Promise((resolve) => finish.set(name, resolve));
    });
  const addQuick = (key: string, name: string): void =>
    lanes.add(key, () => {
      log.push(name);
      return undefined;
    });
  async function end(name: string): Promise<void> {
    finish.get(name)?.();
    await new Promise(setImmediate);
  }
  return { lanes, log, add, addQuick, end };
}

it("work of one key is done in order, one after the other, and beside that of others", async () => {
  const { log, add, addQuick, end } = workshop(10);
  add("a", "a1");
  addQuick("a", "a2");
  add("a", "a3");
  add("b", "b1");
  expect(log).toEqual(["a1", "b1"]);
  await end("a1");
  expect(log).toEqual(["a1", "b1", "a2", "a3"]);
});

it("no more goes on than there are lanes, and who has waited longest is next", async () => {
  const { log, add, end } = workshop(2);
  for (const name of ["a1", "b1", "c1", "a2"]) add(name.slice(0, 1), name);
  expect(log).toEqual(["a1", "b1"]);
  await end("a1");
  expect(log).toEqual(["a1", "b1", "c1"]);
  await end("b1");
  expect(log).toEqual(["a1", "b1", "c1", "a2"]);
});

it("is idle when all is done", async () => {
  const { lanes, add, end } = workshop(2);
  await lanes.idle();
  add("a", "a1");
  add("a", "a2");
  let idle = false;
  const waiting = lanes.idle().then(() => {
    idle = true;
  });
  await end("a1");
  expect(idle).toBe(false);
  await end("a2");
  await waiting;
});

it("work may add work", () => {
  const { lanes, log, addQuick } = workshop(1);
  lanes.add("a", () => {
    addQuick("a", "a2");
    addQuick("b", "b1");
    log.push("a1");
    return undefined;
  });
  expect(log).toEqual(["a1", "a2", "b1"]);
});
