import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { LoadError, WorkerLostError } from "./errors.ts";
import { Centaurus } from "./node.ts";
import { rejection, script, threads } from "./test/threads.ts";

let folder: string;
const file = (name: string) => pathToFileURL(join(folder, name));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "centaurus-"));
  writeFileSync(join(folder, "a.js"), "var order = ['a'];");
  writeFileSync(join(folder, "b.js"), "order.push('b');");
  writeFileSync(join(folder, "broken.js"), "this is no script");
  writeFileSync(join(folder, "throws.js"), "throw new RangeError('at the top');");
  writeFileSync(join(folder, "part.mjs"), "export const part = 'part';");
  writeFileSync(
    join(folder, "module.mjs"),
    `import { part } from "./part.mjs";
     export const whole = () => part + " of a module";
     export const sum = (a, b) => a + b;
     export function* count(to) { for (let n = 1; n <= to; n++) yield n; return "end"; }
     export const notOne = 5;`,
  );
  writeFileSync(
    join(folder, "registers.js"),
    `centaurus.register({ plain: (a) => a * 2, moved: () => centaurus.transfer(new Uint8Array([1])) });
     centaurus.registerFunctions({ resolving: (resolve, reject, a) => resolve(a * 3) });`,
  );
  writeFileSync(join(folder, "exits.js"), "process.exit(7);");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ORDER = { order: () => (globalThis as unknown as { order: string[] }).order };

it("loads scripts one after the other", async () => {
  const C = threads();
  C.loadScripts(file("a.js"), file("b.js"));
  C.loadScripts(file("b.js"));
  C.register(ORDER);
  expect(await C.order?.()).toEqual(["a", "b", "b"]);
});

it.each(["missing.js", "broken.js", "throws.js", "missing.mjs"])("rejects %s, and all calls after it", async (name) => {
  const C = threads();
  C.register({ before: () => new Promise((resolve) => setTimeout(resolve, 50, "before")), ...ORDER });
  const before = C.before?.();
  const error = await rejection(C.loadScripts(file("a.js"), file(name)));
  expect(error).toBeInstanceOf(LoadError);
  expect(error.message).toContain(`${file(name)} could not be loaded: `);
  expect(await rejection(C.order?.() as Promise<unknown>)).toBe(error);
  expect(await before).toBe("before");
});

it("rejects calls that were made before the failure was known, and needs nobody to listen", async () => {
  const C = threads();
  C.loadScripts(file("missing.js"));
  C.register(ORDER);
  const calls = [C.order?.(), C.order?.()];
  for (const call of calls) expect(await rejection(call as Promise<unknown>)).toBeInstanceOf(LoadError);
});

it("serves again once it is loaded after all", async () => {
  const C = threads();
  await rejection(C.loadScripts(file("late.js")));
  await C.register(ORDER);
  expect(await rejection(C.order?.() as Promise<unknown>)).toBeInstanceOf(LoadError);
  writeFileSync(join(folder, "late.js"), "var order = ['late'];");
  await C.loadScripts(file("late.js"));
  expect(await C.order?.()).toEqual(["late"]);
});

it("imports modules, and makes what they export global where it is told the name", async () => {
  const C = threads();
  C.loadScripts({ url: file("module.mjs"), as: "library" });
  C.register({ whole: () => (globalThis as unknown as { library: { whole(): string } }).library.whole() });
  expect(await C.whole?.()).toBe("part of a module");
});

it("registers the functions of a module", async () => {
  interface Exported {
    whole(): string;
    sum(a: number, b: number): number;
    count(to: number): Generator<number, string>;
  }
  const C = await threads().registerModule<Exported>(file("module.mjs"));
  expect(await C.whole()).toBe("part of a module");
  expect(await C.sum(1, 2)).toBe(3);
  const items: number[] = [];
  for await (const item of C.count.stream(3)) items.push(item);
  expect(items).toEqual([1, 2, 3]);
  expect((await rejection((C as unknown as { notOne(): Promise<unknown> }).notOne())).message).toContain(
    "There are: count, sum, whole.",
  );
});

it("lets scripts register functions themselves", async () => {
  const C = threads();
  C.loadScripts(file("registers.js"));
  expect(await C.plain?.(2)).toBe(4);
  expect(await C.resolving?.(2)).toBe(6);
  expect(await C.moved?.()).toEqual(new Uint8Array([1]));
});

it("checks the hash of what it loads", async () => {
  const content = "var checked = 'checked';";
  writeFileSync(join(folder, "checked.js"), content);
  const integrity = `sha384-${createHash("sha384").update(content).digest("base64")}`;
  const C = threads();
  await C.loadScripts({ url: file("checked.js"), integrity });
  await C.register({ checked: () => (globalThis as unknown as { checked: string }).checked });
  expect(await C.checked?.()).toBe("checked");
  const error = await rejection(C.loadScripts({ url: file("a.js"), integrity }));
  expect(error).toBeInstanceOf(LoadError);
  expect(error.message).toContain("has not the hash sha384-");
});

it("takes addresses that begin where the process runs, and refuses those that are none", async () => {
  const C = threads();
  await C.loadScripts("./centaurus/test/global.js");
  await C.register({ found: () => (globalThis as unknown as { found: string }).found });
  expect(await C.found?.()).toBe("found");
  expect(await rejection(C.loadScripts("http://"))).toBeInstanceOf(TypeError);
});

it("says why a web worker cannot be loaded, and tries again with the next call", async () => {
  const C = new Centaurus(file("worker.mjs"));
  const registration = rejection(C.register(ORDER));
  const error = await rejection(C.order?.() as Promise<unknown>);
  expect(error).toBeInstanceOf(LoadError);
  expect(error.message).toContain("The web worker could not be loaded: ");
  expect(error.message).toContain("worker.mjs");
  expect(await registration).toBeInstanceOf(LoadError);
  writeFileSync(
    join(folder, "worker.mjs"),
    `import "${new URL("../dist/centaurus/worker/node.js", import.meta.url)}"; globalThis.order = ["worker"];`,
  );
  expect(await C.order?.()).toEqual(["worker"]);
  C.terminate();
});

it("says so as well where it hears of that in the same turn as of the web worker's end, being busy", async () => {
  const busy = setInterval(() => {
    const until = performance.now() + 80;
    while (performance.now() < until);
  }, 0);
  const C = new Centaurus(file("nothing.mjs"));
  const registration = rejection(C.register(ORDER));
  const error = await rejection(C.order?.() as Promise<unknown>);
  clearInterval(busy);
  expect([error.name, (await registration).name]).toEqual(["LoadError", "LoadError"]);
  C.terminate();
});

it("does not wait for ever for a web worker that never says a word", async () => {
  const silent = new URL(script("setInterval(() => {}, 1000)"));
  const C = new Centaurus(silent, { startTimeoutMs: 200 });
  const error = await rejection(C.order?.() as Promise<unknown>);
  expect(error).toBeInstanceOf(LoadError);
  expect(error.message).toBe("The web worker took too long to start.");
  C.terminate();
});

it("does not wait for ever for a script", async () => {
  const C = threads({ loadTimeoutMs: 200 });
  C.register(ORDER);
  const error = await rejection(C.loadScripts(script("for (;;);")));
  expect(error).toBeInstanceOf(LoadError);
  expect(error.message).toBe("The web worker took too long to load what it is to.");
});

it("fails calls where each web worker dies of what it is to load, and does not go on for ever", async () => {
  const C = threads({ workers: 2 });
  const registration = rejection(C.loadScripts(file("exits.js")));
  const calls = [C.order?.(), C.order?.(), C.order?.()].map((call) => rejection(call as Promise<unknown>));
  expect(await registration).toBeInstanceOf(WorkerLostError);
  for (const error of await Promise.all(calls)) expect(error).toBeInstanceOf(WorkerLostError);
});

it("sets a new web worker up as the last one was", async () => {
  const C = threads();
  C.loadScripts(file("a.js"));
  C.register({ ...ORDER, ends: () => process.exit(1) });
  expect(await rejection(C.ends?.() as Promise<unknown>)).toBeInstanceOf(WorkerLostError);
  expect(await C.order?.()).toEqual(["a"]);
});

it("tells of errors that belong to no call", async () => {
  const strays: unknown[] = [];
  const C = threads({ onError: (error) => strays.push(error) });
  await C.register({
    strays() {
      setTimeout(() => {
        throw new RangeError("stray");
      });
      return new Promise((resolve) => setTimeout(resolve, 20, "fine"));
    },
  });
  expect(await C.strays?.()).toBe("fine");
  expect(strays).toEqual([new RangeError("stray")]);
  expect(strays[0]).toBeInstanceOf(RangeError);
});
