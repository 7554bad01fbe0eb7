import { expect, it } from "vitest";

const load = (file: string) => import(new URL(file, import.meta.url).href);
const { metricName, Report } = await load("report.mjs");
const { StepError, UnexpectedError } = await load("errors.mjs");
const { Inbox } = await load("inbox.mjs");

function reported() {
  const counters: Record<string, number> = {};
  const codes: string[] = [];
  const said: string[] = [];
  const emit = (event: string, name: string, value: number) => {
    if (event === "counter") counters[name] = (counters[name] ?? 0) + value;
    if (event === "error") codes.push(name);
  };
  return { report: new Report({ emit }, (text: string) => said.push(text)), counters, codes, said };
}

it("a report has at zero what never happened, so that thresholds can be about it", () => {
  const { counters } = reported();
  expect(counters).toMatchObject({ "fugitive.errors": 0, "fugitive.expect.failed": 0, "fugitive.reconnects": 0 });
});

it("a report counts errors by their codes, and apart from them what was not as expected", () => {
  const { report, counters, codes, said } = reported();
  report.error(new StepError("step 1", Object.assign(new Error("Too late."), { code: "TIMEOUT" })));
  report.error(new StepError("step 2", new UnexpectedError("EXPECTATION", "expected 1, got 2")));
  report.error("nothing with a code");
  expect(codes).toEqual(["TIMEOUT", "EXPECTATION", "ERROR"]);
  expect(counters).toMatchObject({ "fugitive.errors": 2, "fugitive.expect.failed": 1 });
  expect(said.slice(0, 2)).toEqual(["fugitive: step 1: Too late.", "fugitive: step 2: expected 1, got 2"]);
});

it("a report has no more names and lines than people read, whatever a server thinks of", () => {
  const { report, counters, codes, said } = reported();
  for (let count = 0; count < 500; count++) {
    report.error(
      Object.assign(new Error(`\u001b[2J${"x".repeat(10_000)}`), { code: `CODE ${count} ${"y".repeat(500)}` }),
    );
  }
  expect(counters["fugitive.errors"]).toBe(500);
  expect(new Set(codes).size).toBe(51);
  expect(codes.at(-1)).toBe("OTHER");
  expect(Math.max(...codes.map((code) => code.length))).toBe(80);
  expect(said).toHaveLength(11);
  expect(Math.max(...said.map((line) => line.length))).toBeLessThan(1_000);
  expect(said.join("")).not.toContain("\u001b");
});

it("a procedure's name becomes one that reports take", () => {
  expect(metricName("math.add")).toBe("math.add");
  expect(metricName("{{ which }} of ünits")).toBe("_which_of_nits");
  expect(metricName("a".repeat(300))).toHaveLength(80);
});

it("an inbox gives what has come and what comes, in order, and passes over what is not wanted", async () => {
  const inbox = new Inbox();
  for (const n of [1, 2, 3]) inbox.push(n);
  const odd = (n: number) => n % 2 === 1;
  expect(await inbox.take(2, odd, 1_000)).toEqual({ got: 2, last: 3 });
  const taken = inbox.take(2, odd, 1_000);
  for (const n of [4, 5, 6, 7]) inbox.push(n);
  expect(await taken).toEqual({ got: 2, last: 7 });
  expect(await inbox.take(1, odd, 5)).toEqual({ got: 0, last: undefined });
});

it("an inbox that nobody looks into keeps the newest thousand", async () => {
  const inbox = new Inbox();
  for (let n = 1; n <= 5_000; n++) inbox.push(n);
  expect(await inbox.take(1_000, () => true, 0)).toEqual({ got: 1_000, last: 5_000 });
  expect(await inbox.take(1, () => true, 0)).toEqual({ got: 0, last: undefined });
});
