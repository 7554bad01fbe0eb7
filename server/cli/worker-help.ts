import { shownDefault } from "../config/options-help.ts";
import { WORKER_OPTION_KEYS, WORKER_OPTIONS } from "./worker-options.ts";

/** What `fugitive worker --help` prints. */
export function workerHelpText(): string {
  const rows = WORKER_OPTION_KEYS.map((key) => {
    const { flag, env, secret, description } = WORKER_OPTIONS[key];
    return [secret ? "" : `--${flag}`, env, shownDefault(WORKER_OPTIONS[key]), description];
  });
  const all = [["flag", "environment", "default", "what it sets"], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd(),
  );
  return `Does jobs that servers put into a queue. It needs only the broker.

  fugitive worker FILE [flags]

FILE is the path of an ES module that exports what defineProcedures gives, as "procedures" or as its default.
A flag beats the environment. SIGTERM and SIGINT end it in order, a second one at once.

${lines.join("\n")}

  AMQP_URL=amqp://localhost fugitive worker tasks.js --group images --concurrency 4
  REDIS_URL=redis://localhost fugitive worker tasks.js --group images`;
}
