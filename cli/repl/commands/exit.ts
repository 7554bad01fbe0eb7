import { replCommand } from "../definition.ts";

export const exit = replCommand({
  usage: "",
  summary: "leaves; so does Ctrl-D, and Ctrl-C twice",
  parameters: {},
  run: (repl) => repl.leave(),
});
