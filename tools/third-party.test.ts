import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

it("what is built into our files is named beside them, with its license", () => {
  const text = readFileSync(new URL("../dist/THIRD-PARTY-LICENSES.txt", import.meta.url), "utf8");
  // in the server's files, in the browser's, and in Centaurus's
  for (const name of ["zod", "fflate", "serialize-javascript"])
    expect(text).toMatch(new RegExp(`^${name} [0-9.]+ \\(`, "m"));
  expect(text).toContain("Colin McDonnell");
});
