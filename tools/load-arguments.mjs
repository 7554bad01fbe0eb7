import { readFileSync } from "node:fs";
import { parse } from "yaml";

/**
 * Splits the arguments of `npm run load`: those that are meant for it alone are taken out of `rest`, which Artillery gets.
 *
 * @param otherwise the script, where none is named
 * @throws Error where a flag has no value
 */
export function readLine(argv, otherwise) {
  const line = { script: otherwise, rest: [...argv] };
  if (argv[0] !== undefined && !argv[0].startsWith("-")) line.script = line.rest.shift();
  line.app = flagValue(["--app"], line.rest, true);
  line.target = flagValue(["--target", "-t"], line.rest);
  line.environment = flagValue(["--environment", "-e"], line.rest);
  return line;
}

/** What a flag is given, as `--flag value` or `--flag=value`. @param take whether it is taken out */
function flagValue(names, args, take = false) {
  for (const [index, argument] of args.entries()) {
    const name = names.find((one) => argument === one || argument.startsWith(`${one}=`));
    if (name === undefined) continue;
    const isApart = argument === name;
    const value = isApart ? args[index + 1] : argument.slice(name.length + 1);
    if (value === undefined) throw new Error(`${name} needs a value.`);
    if (take) args.splice(index, isApart ? 2 : 1);
    return value;
  }
  return undefined;
}

/** Where a script would have the load go; undefined where that is known to Artillery alone. */
export function targetOf(script, environment) {
  if (!/\.(ya?ml|json)$/i.test(script)) return undefined;
  const { config } = parse(readFileSync(script, "utf8"));
  const target = config?.environments?.[environment]?.target ?? config?.target;
  return typeof target === "string" && URL.canParse(target) ? target : undefined;
}
