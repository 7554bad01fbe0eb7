import { replCommand } from "../definition.ts";

export const reconnect = replCommand({
  usage: "",
  summary: "gives the connection up for a new one, with the same session",
  parameters: {},
  connected: true,
  run: (_, { connection }) => connection().client.reconnect(),
});
