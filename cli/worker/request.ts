import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigError } from "../../server/config.ts";
import type { WorkerRequest } from "../../server/queues/sdk/start-worker.ts";
import { WORKER_OPTIONS } from "../../server/queues/sdk/worker-options.ts";
import { readOptions } from "../options/read-options.ts";

/**
 * Reads the command line of `fugitive worker`, without that, and the environment.
 * @throws ConfigError with all that is wrong
 */
export function readWorkerRequest(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): WorkerRequest | "help" {
  const { settings, positionals, problems, help } = readOptions(WORKER_OPTIONS, argv, env);
  if (help) return "help";
  const [file, ...more] = positionals;
  if (file === undefined) problems.push("FILE is missing: fugitive worker FILE");
  if (more.length > 0) problems.push(`a worker has one FILE, not ${positionals.length}`);
  if (settings.amqpUrl !== "" && settings.redisUrl !== "") problems.push("AMQP_URL and QUEUE_REDIS_URL are both set");
  // another program's Redis is no contradiction
  const redisUrl = settings.amqpUrl === "" && settings.redisUrl === "" ? (env.REDIS_URL ?? "") : settings.redisUrl;
  if (redisUrl !== settings.redisUrl && !WORKER_OPTIONS.redisUrl.type.safeParse(redisUrl).success) {
    problems.push("REDIS_URL: expected a URL like redis://user:password@host");
  }
  if (settings.amqpUrl === "" && redisUrl === "" && problems.length === 0) {
    problems.push("there is no broker: set AMQP_URL, QUEUE_REDIS_URL or REDIS_URL");
  }
  if (file === undefined || problems.length > 0) throw new ConfigError(problems);
  return { file, url: pathToFileURL(resolve(cwd, file)), settings: { ...settings, redisUrl } };
}
