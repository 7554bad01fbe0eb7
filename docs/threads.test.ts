import { describe, expect, it } from "vitest";
import { TaskMetrics } from "../server/compute/compute-metrics.ts";
import { read, runExample } from "./test/node-process.ts";

const TEXT = read("docs/THREADS.md");

describe("docs/THREADS.md", () => {
  it.each(["count-primes.task.ts", "app.ts", "client.ts"])("shows docs/examples/02-heavy/%s as it is", (file) => {
    expect(TEXT).toContain(`\`\`\`ts\n${read(`docs/examples/02-heavy/${file}`)}\`\`\``);
  });

  it("has an example that runs: items as they come, and a result without them", async () => {
    const { said } = await runExample("02-heavy");
    expect(await said(/ 10000000\n/)).toBe(
      "78498 primes up to 1000000\n148933 primes up to 2000000\n216816 primes up to 3000000\n" +
        "664579 primes up to 10000000\n",
    );
  });

  it("lists the options of thread(), in their order", () => {
    const source = read("server/compute/thread.ts");
    const [, body = ""] = /export interface ThreadOptions \{(.*?)\n\}/s.exec(source) ?? [];
    const options = [...body.matchAll(/^ {2}readonly (\w+)\?/gm)].map(([, name]) => name);
    expect(options).toContain("idempotent");
    const rows = [...TEXT.matchAll(/^\| `(\w+)` +\| .* \| .* \|$/gm)].map(([, name]) => name);
    expect(rows).toEqual(["input", ...options]);
  });

  it("names all that /workers tells of a procedure", () => {
    const names = Object.keys(new TaskMetrics().snapshot());
    expect(names).toContain("queued");
    expect(names.filter((name) => !TEXT.includes(`\`${name}\``))).toEqual([]);
  });
});
