import { replCommand } from "../definition.ts";
import { LineError } from "../line-error.ts";
import { count, optional } from "../parameters.ts";

export const cancel = replCommand({
  usage: "[ID]",
  summary: "cancels what runs under that number, or all that runs",
  parameters: { id: optional({ ...count(1, Number.MAX_SAFE_INTEGER), kind: "job" as const }) },
  run({ running }, { values: { id }, job }) {
    job.end(); // not itself
    if (id === undefined) running.cancelAll();
    else if (!running.cancel(id)) throw new LineError(`nothing runs as #${id}`);
  },
});
