import { replCommand } from "../definition.ts";
import { optional, word } from "../parameters.ts";

export const disconnect = replCommand({
  usage: "[NAME]",
  summary: "ends a connection, or the current one",
  parameters: { name: optional(word("connection")) },
  run({ connections }, { values: { name } }) {
    connections.close(connections.get(name?.replace(/^@/, "")));
  },
});
