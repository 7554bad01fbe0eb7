import { expect, it } from "vitest";
import { read } from "./test/node-process.ts";

const TEXT = read("docs/MIDDLEWARE.md");

it("docs/MIDDLEWARE.md has all that a plugin's setup gets in its table, and all events", () => {
  const [, body = ""] = /export interface PluginApi \{(.*?)\n\}/s.exec(read("server/plugin.ts")) ?? [];
  const members = [...body.matchAll(/^ {2}(?:readonly )?(\w+)[<(:]/gm)].map(([, member = ""]) => member);
  const rows = [...TEXT.matchAll(/^\| (`.*?`) +\|/gm)].flatMap(([, cell = ""]) => cell.match(/(?<=`)\w+/g) ?? []);
  expect(rows.filter((row) => row !== "setup").sort()).toEqual(members.sort());
  const [, events = ""] = /export interface ServerEvents \{(.*?)\n\}/s.exec(read("server/app.ts")) ?? [];
  const names = [...events.matchAll(/^ {2}(\w+)\(/gm)].map(([, name]) => name);
  const [, shown = ""] = /^\| `on\(event, listener\)` +\| (.*?) +\|$/m.exec(TEXT) ?? [];
  expect(shown).toBe(names.map((name) => `\`${name}\``).join(", "));
});
