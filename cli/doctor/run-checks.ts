import { within } from "../../server/within.ts";
import { type Check, type Examined, type Finding, problem } from "./check.ts";
import { reasonOf } from "./words.ts";

export interface Checked {
  readonly name: string;
  /** How long it took, in milliseconds. */
  readonly ms: number;
  readonly findings: readonly Finding[];
}

/**
 * Runs checks side by side, each within its time.
 * @param done called for each in their order, as soon as it and all before it are done
 */
export async function runChecks(
  checks: readonly Check[],
  examined: Omit<Examined, "signal">,
  done: (checked: Checked) => void,
): Promise<readonly Checked[]> {
  const running = checks.map((check) => runCheck(check, examined));
  const all: Checked[] = [];
  for (const one of running) {
    const checked = await one;
    all.push(checked);
    done(checked);
  }
  return all;
}

/** Never rejects. */
async function runCheck(check: Check, examined: Omit<Examined, "signal">): Promise<Checked> {
  const { settings } = examined;
  const limitMs = settings.timeoutMs + (check.moreMs?.(settings) ?? 0);
  const controller = new AbortController();
  const began = performance.now();
  let findings: readonly Finding[];
  try {
    const run = async () => check.run({ ...examined, signal: controller.signal });
    findings = await within(run(), limitMs, () => new Error(`no answer within ${limitMs / 1_000} s`));
  } catch (error) {
    findings = [problem(reasonOf(error), "--timeout-ms gives it longer")];
  } finally {
    controller.abort();
  }
  return { name: check.name, ms: Math.round(performance.now() - began), findings };
}
