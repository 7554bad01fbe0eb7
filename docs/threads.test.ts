import { describe, expect, it } from "vitest";
import { TaskMetrics } from "../server/compute/compute-metrics.ts";
import { read } from "./test/node-process.ts";

const TEXT = read("docs/THREADS.md");

describe("docs/THREADS.md", () => {
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
