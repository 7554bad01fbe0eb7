import { suggestion } from "../../../server/config/edit-distance.ts";
import { type ReplCommand, replCommand } from "../definition.ts";
import { LineError } from "../line-error.ts";
import { optional, word } from "../parameters.ts";

/** @param commands all, itself included; asked for when it runs */
export function helpOf(commands: () => ReadonlyMap<string, ReplCommand>): ReplCommand {
  return replCommand({
    usage: "[COMMAND]",
    summary: "shows all commands, or one of them",
    parameters: { command: optional(word("command")) },
    run({ view }, { values: { command } }) {
      view.text(command === undefined ? commandsTable(commands()) : commandHelp(commands(), command));
    },
  });
}

/** All commands, one a line. */
export function commandsTable(commands: ReadonlyMap<string, ReplCommand>): string {
  const rows = [...commands].map(([name, { usage, summary }]) => [`${name} ${usage}`.trimEnd(), summary] as const);
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, summary]) => `  ${left.padEnd(width)}  ${summary}`).join("\n");
}

function commandHelp(commands: ReadonlyMap<string, ReplCommand>, name: string): string {
  const command = commands.get(name);
  if (command === undefined) throw new LineError(`${name} is no command${suggestion(name, [...commands.keys()])}`);
  const { usage, summary, details, connected } = command;
  const at = connected ? "\n  After the command, @NAME says which connection it is about." : "";
  return `${name} ${usage}\n  ${summary}${details === undefined ? "" : `\n  ${details}`}${at}`;
}
