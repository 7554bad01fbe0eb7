import { replCommand } from "../definition.ts";

export const ping = replCommand({
  usage: "",
  summary: "measures a round trip, in milliseconds",
  parameters: {},
  connected: true,
  async run({ view }, { connection, job }) {
    const ms = Number((await connection().client.ping()).toFixed(3));
    job.signal.throwIfAborted();
    view.text(`${ms} ms there and back`, { ms });
  },
});
