import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

interface Step {
  readonly uses?: string;
  readonly run?: string;
}
interface Job {
  readonly "timeout-minutes"?: number;
  readonly strategy?: { readonly matrix: { readonly node: readonly number[] } };
  readonly container?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

describe("the workflow for GitHub Actions", () => {
  const file = parse(read(".github/workflows/ci.yml"), { strict: true });
  const jobs = Object.values<Job>(file.jobs);
  const { run }: { run: Job } = file.jobs;
  const versions = run.strategy?.matrix.node ?? [];
  const script = read(".ci/run");

  it("runs what is run by hand, and nothing beside it but what the machine needs for it", () => {
    const commands = run.steps.flatMap((step) => step.run ?? []);
    expect(commands).toEqual(['git config --global --add safe.directory "$GITHUB_WORKSPACE"', "bash .ci/run"]);
  });

  it("does that once on each Node.js that the script tries, from the oldest that the package takes", () => {
    const tried = [...script.matchAll(/^NODE_(\d+)=(\d+)\.\d+\.\d+$/gm)].map(([, name, major]) => [name, major]);
    expect(tried.length).toBeGreaterThan(0);
    for (const [name, major] of tried) expect(name).toBe(major);
    const { engines } = JSON.parse(read("package.json"));
    const [, oldest] = /^>=(\d+)/.exec(engines.node) ?? [];
    expect(versions.map(String)).toEqual([oldest, ...tried.map(([name]) => name)]);
    expect(run.container).toBe(`node:\${{ matrix.node }}-bookworm`);
    // else each machine would try those of the others as well
    const [variable = ""] = Object.keys(run.env ?? {});
    expect(run.env).toEqual({ [variable]: "yes" });
    expect(script).toContain(`"\${${variable}:-no}" = yes`);
  });

  it("may do nothing but read, comes to an end, and gives way to the next", () => {
    expect(file.permissions).toEqual({ contents: "read" });
    expect(jobs.filter((job) => job["timeout-minutes"] === undefined)).toEqual([]);
    expect(file.concurrency["cancel-in-progress"]).toBe(true);
    const used = jobs.flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []));
    expect(used.length).toBeGreaterThan(1);
    expect(used.filter((one) => !/^actions\/[\w-]+@(v\d+|[0-9a-f]{40})$/.test(one))).toEqual([]);
  });

  it("is of the Node.js that the image has, as one of those that are tried", () => {
    const images = [...read("Dockerfile").matchAll(/^FROM node:(\d+)-/gm)].map(([, major]) => Number(major));
    expect(new Set(images).size).toBe(1);
    expect(versions).toContain(images[0]);
  });
});
