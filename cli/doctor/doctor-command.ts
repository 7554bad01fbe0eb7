import { ConfigError, DEFAULT_CONFIG, type LoadedConfig, loadConfig } from "../../server/config.ts";
import { type CliOptions, FAILED, print } from "../command.ts";
import { readOptions } from "../options/read-options.ts";
import { hasColours, painter } from "../repl/view/colours.ts";
import { CHECKS } from "./checks-table.ts";
import { DOCTOR_OPTIONS } from "./doctor-options.ts";
import { doctorHelpText } from "./help.ts";
import { countOf, shownCheck, summary } from "./report.ts";
import { runChecks } from "./run-checks.ts";
import { splitFlags } from "./split-flags.ts";

/** `fugitive doctor [flags]`: looks at all that a server needs here, and changes nothing. */
export async function doctor(argv: readonly string[], { env, cwd, stdout, stderr }: CliOptions): Promise<number> {
  const { own, others } = splitFlags(DOCTOR_OPTIONS, argv);
  const { settings, problems, help } = readOptions(DOCTOR_OPTIONS, own, env);
  if (help) return print(stdout, doctorHelpText());
  if (problems.length > 0) throw new ConfigError(problems);

  const asJson = settings.json === "true";
  const paint = painter(hasColours(stdout, env));
  const all = await runChecks(
    CHECKS,
    {
      ...{ settings, env, ...read(() => loadConfig({ argv: others, env, cwd })) },
      progress: (text) => void (stderr.isTTY === true && stderr.write(`${paint("dim", `… ${text}`)}\n`)),
    },
    (checked) => void (!asJson && stdout.write(shownCheck(checked, paint))),
  );
  const bad = countOf("problem", all);
  if (asJson) print(stdout, JSON.stringify({ problems: bad, warnings: countOf("warning", all), checks: all }, null, 2));
  else print(stdout, `\n${summary(all)}`);
  return bad > 0 ? FAILED : 0;
}

function read(load: () => LoadedConfig) {
  try {
    const loaded = load();
    return { loaded, config: loaded.config, configProblems: [] };
  } catch (error) {
    const problems = error instanceof ConfigError ? error.problems : [String(error)];
    return { loaded: undefined, config: DEFAULT_CONFIG, configProblems: problems };
  }
}
