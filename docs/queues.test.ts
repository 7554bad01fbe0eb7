import { describe, expect, it } from "vitest";
import { shownDefault } from "../server/config/options-help.ts";
import { WORKER_OPTION_KEYS, WORKER_OPTIONS } from "../server/queues/sdk/worker-options.ts";
import { read } from "./test/node-process.ts";

const TEXT = read("docs/QUEUES.md");

describe("docs/QUEUES.md", () => {
  it("has all options of fugitive worker in its table", () => {
    const [, section = ""] = TEXT.split("### Options\n");
    const rows = section
      .split("\n")
      .filter((line) => /^\| +(`--|\| `[A-Z])/.test(line))
      .map((row) =>
        row
          .split("|")
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    const real = WORKER_OPTION_KEYS.map((key) => {
      const { env, flag, secret, description } = WORKER_OPTIONS[key];
      return [secret ? "" : `\`--${flag}\``, `\`${env}\``, shownDefault(WORKER_OPTIONS[key]), description];
    });
    expect(rows).toEqual(real);
  });

  it("has all fields of a handler's context in its table", () => {
    const [, body = ""] =
      /export interface WorkerContext \{(.*?)\n\}/s.exec(read("server/queues/sdk/worker-context.ts")) ?? [];
    const fields = [...body.matchAll(/^ {2}(?:readonly )?(\w+)[:(]/gm)].map(([, field]) => field);
    const [, section = ""] = TEXT.split("Of the context:\n");
    const rows = [...(section.split("**What comes of")[0] ?? "").matchAll(/^\| `(\w+)`/gm)].map(([, field]) => field);
    expect(rows).toEqual(fields);
  });

  it("names a test that there is for each promise", () => {
    const suites = read("server/queues/test/job-queue-suite.ts") + read("server/queues/test/queue-outage-suite.ts");
    const named = [...TEXT.matchAll(/“([^”]+)”/g)].map(([, title = ""]) => title);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((title) => !suites.includes(`it("${title}"`))).toEqual([]);
  });
});
