import { expect, it } from "vitest";
import { shownCheck } from "./report.ts";

it("what a server or a proxy says is on one line, and no terminal obeys it", () => {
  const findings = [{ status: "warning", found: "closed: \u001b[2J\u009b2J", remedy: "see\nok  all" }] as const;
  expect(shownCheck({ name: "address", ms: 1, findings }, (_, text) => text)).toBe(
    `warning  address         closed: \\u001b[2J\\u009b2J\n${" ".repeat(25)}→ see\\u000aok  all\n`,
  );
});
