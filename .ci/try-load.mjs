// Makes load as a user does: Artillery is installed, the short run of artillery-test.yml has no error, and a script whose
// server does not do what it expects ends with an exit code. node .ci/try-load.mjs
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";

/** For an installation from a slow mirror, and the run. */
const LIMIT_MS = 600_000;
const folder = mkdtempSync(join(tmpdir(), "fugitive-load-"));

/** @returns Artillery's exit code and what it counted */
function load(args) {
  const report = join(folder, "report.json");
  const { status, error, stdout, stderr } = spawnSync("npm", ["run", "load", "--", ...args, "--output", report], {
    encoding: "utf8",
    timeout: LIMIT_MS,
  });
  if (error !== undefined) throw error;
  try {
    return { status, said: stdout + stderr, ...JSON.parse(readFileSync(report, "utf8")).aggregate };
  } catch (cause) {
    throw new Error(`There is no report.\n${stdout}${stderr}`, { cause });
  }
}

function insist(holds, what, { said }) {
  if (!holds) throw new Error(`${what}\n${said}`);
}

try {
  rmSync("bench/artillery/node_modules", { recursive: true, force: true });
  const good = load(["-e", "short"]);
  insist(good.status === 0, `The short run ended with exit code ${good.status}.`, good);
  const errors = Object.keys(good.counters).filter((name) => name.startsWith("errors."));
  insist(errors.length === 0, `The short run had ${errors.join(", ")}.`, good);
  for (const { name } of parse(readFileSync("artillery-test.yml", "utf8")).scenarios) {
    insist(good.counters[`vusers.created_by_name.${name}`] > 0, `Nobody did "${name}".`, good);
  }
  const { "vusers.completed": users, "fugitive.calls": calls, "websocket.messages_sent": sent } = good.counters;
  const { p99 } = good.summaries["fugitive.call.math.add.ms"];
  process.stdout.write(
    `  ${users} virtual users, ${calls} calls and ${sent} as JSON, math.add within ${p99} ms (p99)\n`,
  );

  const bad = load(["bench/artillery/unmet.yml"]);
  insist(bad.status === 1, `What was not as expected ended with exit code ${bad.status}.`, bad);
  insist(bad.counters["fugitive.expect.failed"] === 2, "What was not as expected was not counted.", bad);
  process.stdout.write("  what is not as expected ends with exit code 1\n");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
