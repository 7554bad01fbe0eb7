import { type CliOptions, FAILED, print } from "../command.ts";
import { isFile } from "../is-file.ts";
import { workerHelpText } from "./help.ts";
import { readWorkerRequest } from "./request.ts";

/** `fugitive worker FILE [flags]`: does jobs of a queue until the process is told to end. */
export async function worker(
  argv: readonly string[],
  { env, cwd, stdout, stderr, startWorker }: CliOptions,
): Promise<number | undefined> {
  const request = readWorkerRequest(argv, env, cwd);
  if (request === "help") return print(stdout, workerHelpText());
  if (!isFile(request.url)) return print(stderr, `fugitive: there is no file ${request.file}`, FAILED);
  await startWorker(request);
  return undefined;
}
