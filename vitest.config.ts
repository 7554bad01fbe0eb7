import { defineConfig } from "vitest/config";

// biome-ignore lint/style/noDefaultExport: Vitest reads the default export
export default defineConfig({
  test: {
    include: ["{shared,client,server,centaurus,tools,docs}/**/*.test.ts"],
    globalSetup: "tools/global-setup.mjs",
    // real processes and browsers start in some tests; the two cores are shared
    testTimeout: 20_000,
    hookTimeout: 30_000,
    pool: "forks",
  },
});
