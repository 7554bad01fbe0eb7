import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { LoadError, RegistrationError, WorkerLostError } from "./errors.ts";
import { rejection, script, threads } from "./test/threads.ts";

let folder: string;
const file = (name: string) => pathToFileURL(join(folder, name));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "centaurus-"));
  writeFileSync(join(folder, "library.js"), "var parts = ['library'];");
  writeFileSync(join(folder, "part.js"), "parts.push('part');");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FUNCTIONS = {
  work(ms: number) {
    const end = Date.now() + ms;
    while (Date.now() < end);
    return "worked";
  },
  spin() {
    for (;;);
  },
  ends: () => process.exit(1),
  parts: () => (globalThis as unknown as { parts?: string[] }).parts,
  one: () => 1,
};

it("leaves a call alone that runs for longer than loading may take", async () => {
  const C = await threads({ loadTimeoutMs: 100 }).register(FUNCTIONS);
  const works = C.work(500);
  const later = C.register({ two: () => 2 });
  await C.warmUp();
  expect(await works).toBe("worked");
  expect(await (await later).two()).toBe(2);
});

it("runs what had not begun in a new web worker, also where something was registered meanwhile", async () => {
  const C = await threads({ graceMs: 50 }).register(FUNCTIONS);
  const stuck = rejection(C.spin.with({ timeoutMs: 50 })());
  const before = C.one();
  C.register({ later: () => "later" });
  const after = (C as unknown as { later(): Promise<string> }).later();
  expect((await stuck).name).toBe("CallTimeoutError");
  expect(await before).toBe(1);
  expect(await after).toBe("later");
});

it("has done what was asked for when its web worker was replaced meanwhile, in the new one", async () => {
  const C = await threads({ graceMs: 50 }).register(FUNCTIONS);
  const stuck = rejection(C.spin.with({ timeoutMs: 50 })());
  const loaded = C.loadScripts(file("library.js"));
  const registered = C.register({ one: () => "another one" });
  expect((await stuck).name).toBe("CallTimeoutError");
  await loaded;
  expect(await (await registered).one()).toBe("another one");
  expect(await C.parts()).toEqual(["library"]);
});

it("has done it also where the web worker died of another call, and others of a pool live", async () => {
  const C = await threads({ workers: 2 }).register(FUNCTIONS);
  await C.warmUp();
  const work = [C.work.on(0)(300), C.work.on(1)(100)];
  const dead = rejection(C.ends.on(1)());
  const registered = C.register({ two: () => 2 });
  expect(await dead).toBeInstanceOf(WorkerLostError);
  const D = await registered;
  expect(await Promise.all([D.two.on(0)(), D.two.on(1)(), ...work])).toEqual([2, 2, "worked", "worked"]);
});

it("ends a web worker for good that is ended by what it is to do: who asked for that hears of it", async () => {
  const C = await threads().register(FUNCTIONS);
  expect(await C.one()).toBe(1);
  expect(await rejection(C.loadScripts(script("process.exit(3)")))).toBeInstanceOf(WorkerLostError);
});

it("hears of it that it was terminated, and of nothing else, who waits for what is to be done", async () => {
  const C = await threads({ graceMs: 50 }).register(FUNCTIONS);
  void rejection(C.spin());
  const registered = rejection(C.register({ two: () => 2 }));
  C.terminate();
  expect((await registered).name).toBe("TerminatedError");
});

it("keeps scripts in the order in which they were first loaded", async () => {
  const C = threads();
  await C.loadScripts(file("library.js"));
  await C.loadScripts(file("part.js"));
  await C.loadScripts(file("library.js"));
  const D = await C.register(FUNCTIONS);
  expect(await rejection(D.ends())).toBeInstanceOf(WorkerLostError);
  expect(await D.parts()).toEqual(["library", "part"]);
});

it("goes on with another script that is loaded in the place of one that could not be", async () => {
  const C = threads();
  await C.loadScripts(file("missing.js")).catch(() => C.loadScripts(file("library.js")));
  expect(await (await C.register(FUNCTIONS)).parts()).toEqual(["library"]);
});

it("does not take a script for loaded because one asked for at the same time was", async () => {
  const C = threads();
  C.loadScripts(file("missing.js"));
  C.loadScripts(file("library.js"));
  const D = C.register(FUNCTIONS);
  await D;
  expect(await rejection((await D).parts())).toBeInstanceOf(LoadError);
});

it("does not let a module that cannot be had stop the functions there are", async () => {
  const C = await threads().register(FUNCTIONS);
  const failure = await rejection(C.registerModule(file("missing.mjs")));
  expect(failure).toBeInstanceOf(LoadError);
  expect(await C.one()).toBe(1);
  const unknown = C as unknown as { ofModule(): Promise<number> };
  expect((await rejection(unknown.ofModule())).message).toBe(failure.message);
  writeFileSync(join(folder, "missing.mjs"), "export const other = 1;");
});

it("registers names that have commas apart from those that are listed", async () => {
  const C = threads();
  await C.register({ "x,y": () => "both" });
  await C.register({ x: () => "x", y: () => "y", ends: () => process.exit(1) });
  await rejection(C.ends?.() as Promise<unknown>);
  expect(await C["x,y"]?.()).toBe("both");
});

it("has functions of all forms that methods may have", async () => {
  const C = threads();
  const given = new Function(`return {
    async*minified(){yield 1;return "m"}, async *spaced() { return "s"; }, "sum (fast)"(a,b){return a+b},
    ["compu" + ("ted")](a) { return a; }, async async() { return "async"; }, function$(a) { return a; },
    sum /* (x) */ (a) { return a; }, native() { return "{ [native code] }"; }
  }`)();
  await C.register(given);
  expect(await C.minified?.()).toBe("m");
  expect(await C.spaced?.()).toBe("s");
  expect(await C["sum (fast)"]?.(1, 2)).toBe(3);
  expect(await C.computed?.(4)).toBe(4);
  expect(await C.async?.()).toBe("async");
  expect(await C.function$?.(5)).toBe(5);
  expect(await C.sum?.(6)).toBe(6);
  expect(await C.native?.()).toBe("{ [native code] }");
});

it("accuses nobody where variables may come from what a script or a function does", async () => {
  const C = threads();
  await C.loadScripts(script("var loaded = 1;"));
  await C.register(
    new Function(`return {
      tries() { try { return missing; } catch { return "caught"; } },
      asks: () => globalThis.missing ? missing : "asked",
      loops(o) { const keys = []; for (k in o) keys.push(k); [p, q] = keys; return p + q; },
    }`)(),
  );
  expect(await C.tries?.()).toBe("caught");
  expect(await C.asks?.()).toBe("asked");
  expect(await C.loops?.({ a: 1, b: 2 })).toBe("ab");
  expect(await rejection(C.register(new Function("return { uses: () => nothing }")()))).toBeInstanceOf(
    RegistrationError,
  );
  await C.register(new Function("return { gives() { Object.assign(self, { given: 1 }); return given; } }")());
  expect(await C.gives?.()).toBe(1);
});

it("is not troubled by texts of megabytes", async () => {
  const C = threads();
  const long = "a".repeat(5_000_000);
  await C.register(new Function(`return { long: () => "${long}".length, short: () => 1 }`)());
  expect(await C.long?.()).toBe(5_000_000);
});

it("warms nothing up where that is asked for", async () => {
  const C = threads();
  await C.warmUp(0);
  expect(C.stats().workers).toEqual([undefined]);
});

it("closes for everybody who asks", async () => {
  const C = await threads().register(FUNCTIONS);
  const works = C.work(50);
  await Promise.all([C.close(), C.close()]);
  expect(await works).toBe("worked");
  await C.close();
});
