import { replCommand } from "../definition.ts";
import { count, optional, word } from "../parameters.ts";

export const history = replCommand({
  usage: "CHANNEL [N]",
  summary: "shows the newest publications that the server keeps, 10 or N of them",
  parameters: { channel: word("channel"), n: optional(count(1, 1_000)) },
  connected: true,
  async run({ view }, { values: { channel, n: limit = 10 }, connection, job }) {
    const { signal, id } = job;
    const at = connection();
    const list = await at.client.call("$history", { channel, limit }, { signal, idempotent: true });
    at.saw(channel);
    const entries: unknown[] = Array.isArray(list) ? list : [];
    for (const entry of entries) view.item(entry, { id, ms: job.ms(), all: true });
    view.note(`${entries.length} of ${channel}`);
  },
});
