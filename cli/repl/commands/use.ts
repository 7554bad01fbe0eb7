import { replCommand } from "../definition.ts";
import { word } from "../parameters.ts";

export const use = replCommand({
  usage: "NAME",
  summary: "makes that connection the one that is meant without @NAME",
  parameters: { name: word("connection") },
  run({ connections }, { values: { name } }) {
    connections.use(name.replace(/^@/, ""));
  },
});
