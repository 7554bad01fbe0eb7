import { readdirSync, readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { loadUws } from "./server/transport/load-uws.ts";
import { LongFirst } from "./tools/long-first.ts";

const ALL = ["{shared,client,server,cli,centaurus,tools,docs,stress,fuzz,bench,site}/**/*.test.ts"];
/** Tests of what computes for long, and of how little others notice: these are given both cores, one after the other. */
const COMPUTING = ["server/cluster-compute*.test.ts", "server/compute/*.test.ts", "server/web/fractal.browser.test.ts"];
/** Tests that start processes, brokers and browsers of their own, and mostly wait for these. */
const PROCESSES = [
  "**/*.{browser,redis,rabbitmq}.test.ts",
  "server/{cluster,client}*.test.ts",
  "server/primary/*.test.ts",
  "docs/*.test.ts",
  "stress/stress.test.ts",
  "fuzz/fuzz.test.ts",
];
/** Tests of what is too deep to be decoded, which is less in a process where others have made the decoder quick. */
const DEEP = ["server/compute/task-hostile.test.ts"];
/** Tests that count timers: each is alone in its process, as others may leave some behind that begin new ones. */
const COUNTING = ["shared", "client", "server", "cli", "centaurus", "tools"].flatMap((folder) =>
  readdirSync(new URL(folder, import.meta.url), { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name}`)
    .filter((name) => name.endsWith(".test.ts") && sourceOf(name).includes("getTimerCount")),
);
/** What cannot be run for want of a program, as tools/test.mjs has found. On the command line it would not reach projects. */
const LEFT_OUT = (process.env.TESTS_LEFT_OUT ?? "").split(" ").filter((pattern) => pattern !== "");
/** What is about uWebSockets.js alone, which has no binary for every version of Node.js. */
const UWS_TESTS = "**/*.uws.test.ts";
const { missing } = await loadUws();
if (missing !== undefined && !LEFT_OUT.includes(UWS_TESTS)) {
  LEFT_OUT.push(UWS_TESTS);
  process.env.TESTS_LEFT_OUT = LEFT_OUT.join(" "); // said once, however often this file is read
  process.stderr.write(`\n${missing}: the tests that are about it, ${UWS_TESTS}, are LEFT OUT.\n`);
}
/** With --sequence.shuffle.files no other order is wanted: so it is found out that no file needs what another one leaves. */
const SHUFFLED = process.argv.some((argument) => argument.startsWith("--sequence.shuffle"));

// biome-ignore lint/style/noDefaultExport: Vitest reads the default export
export default defineConfig({
  test: {
    globalSetup: "tools/global-setup.mjs",
    // real processes and browsers start in some tests, others compute for long; the two cores are shared
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    pool: "forks",
    sequence: SHUFFLED ? {} : { sequencer: LongFirst },
    // a process of its own for each file would cost most of them more than their tests; that none changes what another one
    // shows is seen to by this
    setupFiles: ["tools/nothing-left.ts"],
    projects: [
      project("light", ALL, [...PROCESSES, ...COMPUTING, ...COUNTING], 4, 0),
      project("counting", COUNTING, [], 4, 0, true),
      project("processes", PROCESSES, [...COMPUTING, ...COUNTING], 4, 1),
      project("computing", COMPUTING, [...COUNTING, ...DEEP], 1, 2),
      project("deep", DEEP, [], 1, 2, true),
    ],
  },
});

/** Tests that run `maxWorkers` files at a time, when all groups of a lower order are through. */
function project(
  name: string,
  include: string[],
  exclude: string[],
  maxWorkers: number,
  groupOrder: number,
  isolate = false,
) {
  return {
    extends: true as const,
    test: {
      name,
      include,
      exclude: [...exclude, ...LEFT_OUT, "**/node_modules/**"],
      maxWorkers,
      isolate,
      sequence: { groupOrder },
    },
  };
}

function sourceOf(file: string): string {
  return readFileSync(new URL(file, import.meta.url), "utf8");
}
