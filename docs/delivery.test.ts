import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { read } from "./test/node-process.ts";

const TEXT = read("docs/DELIVERY.md");

it("docs/DELIVERY.md names a test that there is for each promise", () => {
  const rows = TEXT.split("\n").filter((line) => line.startsWith("| ") && !/^\| (?:-|what |jobs )/.test(line));
  expect(rows.length).toBeGreaterThan(20);
  for (const row of rows) {
    const named = [...row.matchAll(/`(server\/[^`]+)`: “([^”]+)”/g)];
    expect(named.length, row).toBeGreaterThan(0);
    for (const [, file = "", title = ""] of named) {
      expect(existsSync(new URL(`../${file}`, import.meta.url)), file).toBe(true);
      expect(read(file), title).toContain(title);
    }
  }
});
