// What TypeScript knows of registered functions. Compiled by the type check, and never run.

import { same } from "../shared/test/type-checks.ts";
import { Centaurus } from "./index.ts";
import type { StreamCall } from "./types.ts";

const untyped = new Centaurus("/centaurus.worker.js");

// as the first Centaurus was used, without any types
void untyped.loadScripts("/a.js", new URL("https://example.com/b.js"), {
  url: "/c.mjs",
  integrity: "sha384-x",
  as: "c",
});
void untyped.registerFunctions({
  test: (resolve, _reject) => resolve(123456),
  both: (resolve, reject, a, b) => (a === b ? resolve(a) : reject(b)),
});
const unknown = untyped.test?.();
same<typeof unknown, Promise<unknown> | undefined>();

const C = await untyped.register({
  sum: (a: number, b = 0) => a + b,
  async later(text: string) {
    // what belongs to the call
    if (this.signal.aborted) this.progress(text);
    return text.length;
  },
  rest: (...parts: string[]) => parts,
  *count(to: number) {
    yield to;
    return "end";
  },
  async *slowly() {
    yield 1n;
  },
  never(): never {
    throw new Error();
  },
});
const [sum, later, rest, count, slowly, never] = [C.sum(1), C.later("a"), C.rest(), C.count(1), C.slowly(), C.never()];
same<typeof sum, Promise<number>>();
same<typeof later, Promise<number>>();
same<typeof rest, Promise<string[]>>();
same<typeof count, StreamCall<number, string>>();
same<typeof slowly, StreamCall<bigint, void>>();
same<typeof never, Promise<never>>();
const all = C.sum.all(1, 2);
same<typeof all, Promise<number[]>>();
const on = C.sum.on(1).with({ timeoutMs: 5, signal: undefined })(1, 2);
same<typeof on, Promise<number>>();

// @ts-expect-error a text is no number
void C.sum("1");
// @ts-expect-error a parameter is missing
void C.later();
// @ts-expect-error nothing of this name is registered
void C.missing();
// @ts-expect-error there is no such option
void C.sum.with({ timeout: 5 });
// @ts-expect-error it yields nothing
for await (const item of C.sum(1, 2)) void item;

const R = await C.registerFunctions({
  pick: (resolve: (value: Date) => void, _reject: (reason: Error) => void, year: number) => resolve(new Date(year)),
});
const picked = R.pick(2026);
same<typeof picked, Promise<Date>>();
const still = R.sum(1, 2);
same<typeof still, Promise<number>>();
// @ts-expect-error the year is a number
void R.pick("2026");

const M = await untyped.registerModule<{ sum(a: number, b: number): number; readonly notOne: 5 }>("/m.mjs");
const ofModule = M.sum(1, 2);
same<typeof ofModule, Promise<number>>();
// @ts-expect-error what is no function cannot be called
void M.notOne();
same<Awaited<ReturnType<typeof C.loadScripts>>, typeof C>();
// @ts-expect-error numbers are no addresses
new Centaurus(5);

interface Tools {
  parse(text: string): ReturnType<typeof JSON.parse>;
}
const tools: Tools = { parse: (text) => JSON.parse(text) };
const T = await untyped.register(tools);
// of what nothing is known, there is a promise
const parsed = T.parse("1").catch(() => undefined);
void parsed;
