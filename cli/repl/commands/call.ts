import type { Connection } from "../connection.ts";
import { replCommand } from "../definition.ts";
import { json, optional, word } from "../parameters.ts";
import type { Job } from "../running.ts";
import type { View } from "../view/view.ts";

export const call = replCommand({
  usage: "PROC [JSON]",
  summary: "calls a procedure; of one that streams, shows each item as it comes",
  details: "Where there is no JSON, the procedure gets no input. Ctrl-C, or cancel, ends it at the server as well.",
  parameters: { proc: word("procedure"), input: optional(json) },
  connected: true,
  async run({ view }, { values: { proc, input }, connection, job }) {
    const at = connection();
    // without a connection it is not waited for: items of a call come as well, if not in their own pace
    const known = at.client.state === "open" ? await at.procedures() : at.known;
    const streams = known.some(({ name, streams }) => name === proc && streams);
    job.signal.throwIfAborted();
    view.result(streams ? await stream(at, proc, input, job, view) : await ask(at, proc, input, job, view), {
      id: job.id,
      ms: job.ms(),
    });
  },
});

function ask({ client }: Connection, proc: string, input: unknown, { id, ms, signal }: Job, view: View) {
  return client.call(proc, input, {
    signal,
    progress: (item) => view.item(item, { id, ms: ms() }),
    acknowledged: ({ job }) => view.note(`#${id} a queue has it${job === undefined ? "" : `, as job ${job}`}`),
  });
}

/** The server goes no further ahead than what is shown. */
async function stream({ client }: Connection, proc: string, input: unknown, { id, ms, signal }: Job, view: View) {
  const items = client.stream(proc, input, { signal });
  for (;;) {
    const { done, value } = await items.next();
    if (done) return value;
    view.item(value, { id, ms: ms() });
  }
}
