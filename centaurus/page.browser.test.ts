import { expect, it } from "vitest";
import type { Centaurus as CentaurusClass, transfer } from "./index.ts";
import { useSites } from "./test/site.ts";

declare const Centaurus: typeof CentaurusClass & { transfer: typeof transfer };
declare const pako: { deflate(text: string): Uint8Array; inflate(bytes: Uint8Array): Uint8Array };

const sites = useSites();

/** Everything once, on a bundle as pages load it. */
async function everything(): Promise<unknown> {
  const C = new Centaurus("/centaurus.worker.js", { workers: 2, graceMs: 100 });
  C.loadScripts("/pako.js");
  C.registerFunctions({ test: (resolve) => resolve(123456) });
  const D = await C.register({
    round: (text: string) => new TextDecoder().decode(pako.inflate(pako.deflate(text))),
    *count(to: number) {
      for (let number = 1; number <= to; number++) yield number;
    },
    async map(values: number[], change: (value: number) => Promise<number>) {
      return Promise.all(values.map(change));
    },
    length: (bytes: Uint8Array) => bytes.length,
    fails() {
      throw Object.assign(new RangeError("no"), { code: 7 });
    },
    closes: () => {
      close();
      return new Promise<void>(() => {});
    },
    spin: () => {
      for (;;);
    },
    uncloneable: () => document,
    progress(this: { progress(value: unknown): void }) {
      this.progress(1);
      return 2;
    },
  });
  const bytes = new Uint8Array(5);
  const said: unknown[] = [];
  const items: number[] = [];
  for await (const item of D.count(40)) items.push(item);
  const failure = (call: PromiseLike<unknown>) =>
    call.then(
      () => "resolved",
      (error: Error & { code?: number }) => [error.name, error.message, error.code],
    );
  const all = [
    await C.test?.(),
    await D.round("text"),
    items.length,
    await D.map([1, 2], async (value) => value * 2),
    await D.length(Centaurus.transfer(bytes)),
    bytes.length,
    await failure(D.fails()),
    await failure(D.closes()),
    await failure(D.spin.with({ timeoutMs: 50 })()),
    (await failure(D.round(Symbol("x") as never)))[1],
    await D.progress.with({ onProgress: (value) => said.push(value) })(),
    said,
    await D.round.all("x"),
    D.stats(),
  ];
  D.terminate();
  return [...all, await failure(D.round("x"))];
}

const EVERYTHING = [
  123456,
  "text",
  40,
  [2, 4],
  5,
  0,
  ["RangeError", "no", 7],
  ["WorkerLostError", "The web worker closed itself.", undefined],
  ["CallTimeoutError", '"spin" took longer than 50 ms.', undefined],
  'Parameter 1 of "round" cannot be cloned: it is a Symbol.',
  2,
  [1],
  ["x", "x"],
  { workers: [0, 0], unanswered: 0 },
  ["TerminatedError", "It was terminated.", undefined],
];

it("does everything as a classic script, in a page whose policy forbids eval", async () => {
  const page = await sites.open({ policy: "default-src 'self'; img-src data:" });
  // a document is there in pages only, and the rest is registered all the same
  const answer = await page.evaluate(everything).catch((error: Error) => error.message);
  expect(answer).toContain('"uncloneable" uses "document", which is not there in a web worker');
  await page.evaluate(
    `Object.assign(globalThis, { everything: ${everything.toString().replace("document,", "self.close,")} })`,
  );
  expect(await page.evaluate("everything()")).toEqual(EVERYTHING);
  expect(sites.takeProblems()).toEqual([]);
});

it("does everything as a module", async () => {
  const page = await sites.open({
    head: '<script type="module" src="/start.mjs"></script>',
    files: {
      "start.mjs": 'import * as all from "/centaurus.mjs"; globalThis.Centaurus = Object.assign(all.Centaurus, all);',
    },
  });
  await page.waitForFunction("globalThis.Centaurus");
  const text = everything.toString().replace("document,", "self.close,");
  expect(await page.evaluate(`(${text})()`)).toEqual(EVERYTHING);
});

it("runs in a web worker that is a module", async () => {
  const page = await sites.open({
    files: { "library.js": "export const twice = (n) => 2 * n;", "plain.mjs": "globalThis.plain = 'plain';" },
  });
  const answers = await page.evaluate(async () => {
    const C = new Centaurus("/centaurus.worker.js", { type: "module" });
    C.loadScripts({ url: "library.js", as: "library" }, "/plain.mjs", "/pako.js");
    C.register({
      twice: (n: number) => (globalThis as unknown as { library: { twice(n: number): number } }).library.twice(n),
      plain: () => (globalThis as unknown as { plain: string }).plain,
      round: (text: string) => new TextDecoder().decode(pako.inflate(pako.deflate(text))),
      scripts: () => typeof importScripts,
    });
    return Promise.all([C.twice?.(4), C.plain?.(), C.round?.("text")]);
  });
  expect(answers).toEqual([8, "plain", "text"]);
});

declare const importScripts: unknown;

it("runs in a web worker that was made of a Blob", async () => {
  const page = await sites.open();
  const answers = await page.evaluate(async () => {
    const file = await (await fetch("/centaurus.worker.js")).blob();
    const C = new Centaurus(URL.createObjectURL(file));
    C.loadScripts("pako.js");
    C.register({ round: (text: string) => new TextDecoder().decode(pako.inflate(pako.deflate(text))) });
    return C.round?.("text");
  });
  expect(answers).toBe("text");
});

it("takes what makes a web worker, as bundlers want it", async () => {
  const page = await sites.open();
  expect(
    await page.evaluate(() => {
      const C = new Centaurus(() => new Worker("/centaurus.worker.js"));
      C.register({ test: () => 1 });
      return C.test?.();
    }),
  ).toBe(1);
});

it("needs no address where the file is where Fugitive serves it", async () => {
  const page = await sites.open();
  expect(
    await page.evaluate(() => {
      const C = new Centaurus();
      C.register({ test: () => 1 });
      return C.test?.();
    }),
  ).toBe(1);
});

it("checks the hash of what it loads", async () => {
  const page = await sites.open({
    files: { "library.js": "var library = 1;", "module.mjs": "export const a = () => 2;" },
  });
  const [script, module, wrong] = await page.evaluate(async () => {
    const hash = async (url: string) => {
      const bytes = await crypto.subtle.digest("SHA-256", await (await fetch(url)).arrayBuffer());
      return `sha256-${btoa(String.fromCharCode(...new Uint8Array(bytes)))}`;
    };
    const C = new Centaurus();
    await C.loadScripts({ url: "/library.js", integrity: await hash("/library.js") });
    await C.register({ library: () => (globalThis as unknown as { library: number }).library });
    const D = await new Centaurus().registerModule<{ a(): number }>({
      url: "/module.mjs",
      integrity: await hash("/module.mjs"),
    });
    const library = await C.library?.();
    const failure = C.loadScripts({ url: "/pako.js", integrity: await hash("/library.js") }).catch(String);
    return [library, await D.a(), String(await failure)];
  });
  expect([script, module]).toEqual([1, 2]);
  expect(wrong).toMatch(
    /^LoadError: http:.*\/pako\.js could not be loaded: Failed to fetch, or it has not the hash sha256-/,
  );
});
