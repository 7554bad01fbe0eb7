import { Readable } from "node:stream";
import { runCli } from "../../cli.ts";
import type { Finding } from "../check.ts";
import type { Checked } from "../run-checks.ts";

export interface DoctorRun {
  readonly code: number | undefined;
  readonly text: string;
  readonly stderr: string;
}

/** Runs `fugitive doctor` in this process. */
export async function runDoctor(argv: readonly string[], env: Record<string, string> = {}): Promise<DoctorRun> {
  const written = { text: "", stderr: "" };
  const nothing = () => Promise.reject(new Error("nothing is to be started"));
  const code = await runCli(["doctor", ...argv], {
    ...{ env, cwd: "/", stdin: Readable.from([]), start: nothing, startWorker: nothing },
    stdout: { write: (text) => (written.text += text) },
    stderr: { write: (text) => (written.stderr += text) },
  });
  return { code, ...written };
}

/** What one check finds with these flags. */
export async function findingsOf(
  name: string,
  argv: readonly string[],
  env: Record<string, string> = {},
): Promise<readonly Finding[]> {
  const { text } = await runDoctor(["--json", ...argv], env);
  return findingsIn(text, name);
}

/** @param json what `--json` has printed */
export function findingsIn(json: string, name: string): readonly Finding[] {
  const { checks } = JSON.parse(json) as { checks: readonly Checked[] };
  return checks.filter((check) => check.name === name).flatMap(({ findings }) => findings);
}
