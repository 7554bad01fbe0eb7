import { replCommand } from "../definition.ts";
import { choice, optional, word } from "../parameters.ts";
import { subscribe } from "../subscribe.ts";

export const sub = replCommand({
  usage: "CHANNEL [presence]",
  summary: "shows what is published on a channel; with presence, who comes and goes as well",
  details: "It goes on after a lost connection, with what was missed where the channel keeps a history.",
  parameters: { channel: word("channel"), presence: optional(choice("presence", "presence")) },
  connected: true,
  run: (repl, { values: { channel, presence }, connection, job }) =>
    subscribe(repl, connection(), channel, presence !== undefined, job),
});
