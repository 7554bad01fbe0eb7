import { replCommand } from "../definition.ts";

export const session = replCommand({
  usage: "",
  summary: "shows what the server said of itself and of the session",
  parameters: {},
  connected: true,
  async run({ view }, { connection, job }) {
    const { client } = connection();
    // the answer comes after what the server says of itself
    await client.ping();
    // who has the secret is who has the session
    const { secret: _, ...shown } = client.welcome ?? { secret: "" };
    view.result(shown, { id: job.id, ms: job.ms() });
  },
});
