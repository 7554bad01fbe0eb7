import { replCommand } from "../definition.ts";
import { json, word } from "../parameters.ts";

export const pub = replCommand({
  usage: "CHANNEL JSON",
  summary: "publishes, and waits until the server has it",
  parameters: { channel: word("channel"), data: json },
  connected: true,
  async run({ view }, { values: { channel, data }, connection, job }) {
    const at = connection();
    const ack = await at.client.publish(channel, data, { signal: job.signal });
    at.saw(channel);
    view.text(ack.offset === undefined ? "published" : `published, offset ${ack.offset}`, ack);
  },
});
