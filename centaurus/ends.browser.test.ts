import { expect, it } from "vitest";
import type { Centaurus as CentaurusClass } from "./index.ts";
import { useSites } from "./test/site.ts";

declare const Centaurus: typeof CentaurusClass;

const sites = useSites();

it("lets nothing hang, however a web worker ends", async () => {
  const page = await sites.open({ files: { "dies.js": "close();", "strange.js": "postMessage('strange');" } });
  const answers = await page.evaluate(async () => {
    const name = (call: unknown) => (call as Promise<unknown>).then(String, (error: Error) => error.name);
    const functions = {
      closes() {
        close();
        return new Promise<void>(() => {});
      },
      closesLater: () => new Promise<void>(() => setTimeout(close, 20)),
      never: () => new Promise<void>(() => {}),
      fine: () => "fine",
    };
    const C = new Centaurus();
    C.register(functions);
    const closing = [name(C.never?.()), name(C.closesLater?.())];
    const closed = [...(await Promise.all(closing)), await name(C.closes?.()), await name(C.fine?.())];

    const D = new Centaurus();
    D.registerFunctions({
      forgets: () => setTimeout(() => Object(undefined).missing()),
      rejects: () => void Promise.reject(new RangeError("nobody's")),
    });
    const forgotten = [await name(D.forgets?.()), await name(D.rejects?.())];

    const E = new Centaurus();
    const dies = [await name(E.loadScripts("/dies.js")), await name(E.fine?.())];
    const P = new Centaurus("/centaurus.worker.js", { workers: 2, graceMs: 50 });
    P.register({
      ...functions,
      spin: () => {
        for (;;);
      },
    });
    const pool = await Promise.all([name(P.spin?.with({ timeoutMs: 50 })()), name(P.fine?.()), name(P.fine?.())]);
    return { closed, forgotten, dies, pool };
  });
  expect(answers).toEqual({
    closed: ["WorkerLostError", "WorkerLostError", "WorkerLostError", "fine"],
    forgotten: ["TypeError", "RangeError"],
    dies: ["WorkerLostError", "WorkerLostError"],
    pool: ["CallTimeoutError", "fine", "fine"],
  });
});

it("lets functions post messages of their own, which are none of Centaurus's", async () => {
  const page = await sites.open();
  const posted = await page.evaluate(() => {
    const C = new Centaurus();
    C.register({
      posts() {
        for (const message of ["text", null, undefined, 5, [], ["a"], [99, 1], { 0: 7 }]) self.postMessage(message);
        return "posted";
      },
    });
    return C.posts?.();
  });
  expect(posted).toBe("posted");
  expect(sites.takeProblems()).toEqual([]);
});

it("leaves no unhandled rejection behind where nobody waits for what is loaded or registered", async () => {
  const page = await sites.open();
  const unhandled = await page.evaluate(async () => {
    let count = 0;
    addEventListener("unhandledrejection", () => count++);
    const C = new Centaurus();
    C.loadScripts("/missing.js");
    C.register({ bad: Math.max as () => number });
    C.registerFunctions({ test: (resolve) => resolve(1) });
    const call = Promise.resolve(C.test?.()).catch((error: Error) => error.name);
    C.registerModule("/missing.mjs");
    const name = await call;
    await new Promise((resolve) => setTimeout(resolve, 100));
    return [name, count];
  });
  expect(unhandled).toEqual(["LoadError", 0]);
});

it("answers a page that was busy when the time ran out, and whose web worker was not", async () => {
  const page = await sites.open();
  expect(
    await page.evaluate(async () => {
      const C = new Centaurus();
      await C.register({ wait: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms, "in time")) });
      const call = C.wait?.with({ timeoutMs: 300 })(50);
      await new Promise((resolve) => setTimeout(resolve, 20));
      const end = performance.now() + 600;
      while (performance.now() < end);
      return call;
    }),
  ).toBe("in time");
});
