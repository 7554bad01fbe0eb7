import { replCommand } from "../definition.ts";
import { count, optional, word } from "../parameters.ts";

export const presence = replCommand({
  usage: "CHANNEL [N]",
  summary: "shows who is in a channel, 100 or N of them",
  details: "sub CHANNEL presence tells who comes and goes.",
  parameters: { channel: word("channel"), n: optional(count(1, 1_000)) },
  connected: true,
  async run({ view }, { values: { channel, n: limit = 100 }, connection, job }) {
    const { signal, id } = job;
    const at = connection();
    const list = await at.client.call("$presence", { channel, limit }, { signal, idempotent: true });
    at.saw(channel);
    const members: unknown[] = Array.isArray(list) ? list : [];
    for (const member of members) view.item(member, { id, ms: job.ms(), all: true });
    view.note(`${members.length} in ${channel}`);
  },
});
