import { writeFileSync } from "node:fs";
import { type CliOptions, FAILED, print } from "../command.ts";
import { now } from "./clock.ts";
import { type Fleet, startFleet } from "./fleet.ts";
import { loadHelpText } from "./help.ts";
import { makeReport } from "./make-report.ts";
import { loadPage } from "./page/load-page.ts";
import type { Outputs, Plan } from "./plan.ts";
import { planText } from "./plan-text.ts";
import { preflight } from "./preflight.ts";
import { readLoadRequest } from "./read-plan.ts";
import { repeatCommand } from "./repeat.ts";
import type { LoadReport } from "./report-shape.ts";
import { Results } from "./results.ts";
import { checkRoom, systemRoom } from "./room.ts";
import { summaryText } from "./summary.ts";
import { show } from "./view/show.ts";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
/** What a shell expects of a program that Ctrl-C has ended. */
const INTERRUPTED = 130;

/** `fugitive load [URL] [flags]`: makes load, and says what came of it. */
export async function load(argv: readonly string[], options: CliOptions): Promise<number> {
  const request = readLoadRequest(argv, options.env, options.cwd);
  if (request === "help") return print(options.stdout, loadHelpText());
  const { outputs } = request;
  checkRoom(request.plan, systemRoom());
  const { plan, target } = await preflight(request.plan, request.payload);
  if (!outputs.quiet) print(options.stderr, `${planText(plan)}\n`);
  const ran = await runLoad(plan, outputs, options);
  if (ran === undefined) return INTERRUPTED;
  const report = makeReport({ ...ran, plan, target, command: repeatCommand(argv), assert: outputs.assert });
  return tell(report, outputs, options);
}

/** @returns undefined where it was ended at once */
async function runLoad(plan: Plan, outputs: Outputs, options: CliOptions) {
  const results = new Results(plan);
  const startedAt = new Date();
  const interrupt = new Interrupt();
  try {
    const run = startedAt.getTime().toString(36);
    const fleet = await startFleet(plan, run, (tick, process) => results.add(tick, process));
    const elapsed = () => Math.max(0, (now() - fleet.beginAt) / 1e6);
    interrupt.of(fleet);
    const hide = show(plan, results, elapsed, outputs, options);
    try {
      const costs = await Promise.race([fleet.done, interrupt.twice]);
      if (costs === undefined) return undefined;
      const seconds = Math.max(0, (fleet.endedAt() - fleet.beginAt) / 1e6);
      const byTime = plan.durationS > 0 && seconds >= plan.rampS + plan.durationS;
      const endedBy = interrupt.once ? "interrupt" : byTime ? "duration" : "iterations";
      return { results, costs, seconds, startedAt, endedBy } as const;
    } finally {
      hide();
      fleet.kill();
    }
  } finally {
    interrupt.end();
  }
}

/** The first signal ends a run in order, and a second one at once. */
class Interrupt {
  once = false;
  readonly twice: Promise<undefined>;
  #fleet: Fleet | undefined;
  #endAtOnce: () => void = () => {};
  readonly #listener = () => {
    if (this.once || this.#fleet === undefined) this.#endAtOnce();
    this.once = true;
    this.#fleet?.stop();
  };

  constructor() {
    this.twice = new Promise((resolve) => {
      this.#endAtOnce = () => resolve(undefined);
    });
    for (const signal of SIGNALS) process.on(signal, this.#listener);
  }

  of(fleet: Fleet): void {
    this.#fleet = fleet;
    if (this.once) fleet.stop();
  }

  end(): void {
    for (const signal of SIGNALS) process.off(signal, this.#listener);
  }
}

function tell(report: LoadReport, { json, html }: Outputs, { stdout, stderr }: CliOptions): number {
  print(stdout, summaryText(report));
  const files = [
    [json, () => JSON.stringify(report)],
    [html, () => loadPage(report)],
  ] as const;
  let code = report.assertions.every(({ holds }) => holds) && report.totals.ok > 0 ? 0 : FAILED;
  for (const [file, content] of files) {
    if (file === "") continue;
    try {
      writeFileSync(file, content());
      print(stdout, `wrote ${file}`);
    } catch (error) {
      code = print(
        stderr,
        `fugitive: ${file} cannot be written: ${error instanceof Error ? error.message : error}`,
        FAILED,
      );
    }
  }
  return code;
}
