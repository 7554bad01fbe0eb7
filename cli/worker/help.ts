import { WORKER_OPTIONS } from "../../server/queues/sdk/worker-options.ts";
import { optionsTable } from "../options/options-table.ts";

/** What `fugitive worker --help` prints. */
export function workerHelpText(): string {
  return `Does jobs that servers put into a queue. It needs only the broker.

  fugitive worker FILE [flags]

FILE is the path of an ES module that exports what defineProcedures gives, as "procedures" or as its default.
A flag beats the environment. SIGTERM and SIGINT end it in order, a second one at once.

${optionsTable(WORKER_OPTIONS)}

  AMQP_URL=amqp://localhost fugitive worker tasks.js --group images --concurrency 4
  REDIS_URL=redis://localhost fugitive worker tasks.js --group images`;
}
