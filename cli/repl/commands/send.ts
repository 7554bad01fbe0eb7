import { replCommand } from "../definition.ts";
import { json, optional, word } from "../parameters.ts";

export const send = replCommand({
  usage: "NAME [JSON]",
  summary: "calls a procedure once, and waits for no answer: neither result nor error are shown",
  parameters: { name: word("procedure"), data: optional(json) },
  connected: true,
  run(_, { values: { name, data }, connection }) {
    connection().client.notify(name, data);
  },
});
