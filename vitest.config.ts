import { defineConfig } from "vitest/config";

const ALL = ["{shared,client,server,centaurus,tools,docs}/**/*.test.ts"];
/** Tests that start processes and browsers of their own: these are given both cores, one after the other. */
const HEAVY = [
  "**/*.browser.test.ts",
  "server/{cluster,client}*.test.ts",
  "server/{compute,primary}/*.test.ts",
  "docs/*.test.ts",
];

// biome-ignore lint/style/noDefaultExport: Vitest reads the default export
export default defineConfig({
  test: {
    globalSetup: "tools/global-setup.mjs",
    // real processes and browsers start in some tests, others compute for long; the two cores are shared
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    projects: [
      {
        extends: true,
        test: { name: "light", include: ALL, exclude: HEAVY, maxWorkers: 2, sequence: { groupOrder: 0 } },
      },
      { extends: true, test: { name: "heavy", include: HEAVY, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
