import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { loadConfig } from "../server/config.ts";
import { type CliOptions, FAILED, MISUSED, print } from "./command.ts";
import { isFile } from "./is-file.ts";

/**
 * `fugitive serve [APP] [flags]`: serves until the process is told to end.
 * @param apps what is no flag, but the word `serve`
 * @param argv all of the command line, as flags may stand before that word
 */
export async function serve(
  apps: readonly string[],
  argv: readonly string[],
  { env, cwd, stderr, defaultApp, told = false, start }: CliOptions,
): Promise<number | undefined> {
  // one more time it might be another one, or cost a worker that takes the place of a dead one its start
  const config = told ? undefined : loadConfig({ argv, env, cwd, allowPositionals: true });
  if (apps.length > 1) return print(stderr, `fugitive: serve takes one application, not ${apps.length}`, MISUSED);
  const [app] = apps;
  const appUrl = app === undefined ? defaultApp : pathToFileURL(resolve(cwd, app));
  if (appUrl === undefined) return print(stderr, "fugitive: which application? fugitive serve APP", MISUSED);
  if (!isFile(appUrl)) return print(stderr, `fugitive: there is no application file ${app ?? appUrl.href}`, FAILED);
  await start({ appUrl, config });
  return undefined;
}
