import { replCommand } from "../definition.ts";
import { LineError } from "../line-error.ts";
import { word } from "../parameters.ts";
import { subscribe } from "../subscribe.ts";

export const psub = replCommand({
  usage: "PATTERN",
  summary: "shows what is published on all channels that begin alike, as in psub chat:*",
  details: "A pattern is what the names begin with, and a * at its end; * alone is all channels.",
  parameters: { pattern: word("channel") },
  connected: true,
  run(repl, { values: { pattern }, connection, job }) {
    if (!pattern.endsWith("*"))
      throw new LineError(`a pattern ends in *, as in psub ${pattern}*; one channel: sub ${pattern}`);
    return subscribe(repl, connection(), pattern, false, job);
  },
});
