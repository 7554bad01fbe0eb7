import { replCommand } from "../definition.ts";
import { optional, word } from "../parameters.ts";
import { toJson } from "../view/to-json.ts";

export const procedures = replCommand({
  usage: "[NAME]",
  summary: "lists the procedures that begin with NAME, and what they take",
  parameters: { name: optional(word("procedure")) },
  connected: true,
  async run({ view }, { values: { name: prefix = "" }, connection }) {
    const found = (await connection().procedures()).filter(({ name }) => name.startsWith(prefix));
    const [only, ...others] = found;
    for (const procedure of found) {
      const schema = only !== undefined && others.length === 0 && procedure.input !== undefined;
      const text = `${procedure.name}${procedure.streams ? "  streams" : ""}${schema ? `\n  takes ${toJson(procedure.input)}` : ""}`;
      view.text(text, procedure);
    }
    if (found.length === 0) view.note("there is none, or the server does not tell");
  },
});
