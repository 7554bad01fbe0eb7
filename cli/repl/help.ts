import { optionsTable } from "../options/options-table.ts";
import { REPL_COMMANDS } from "./command-table.ts";
import { commandsTable } from "./commands/help.ts";
import { REPL_OPTIONS } from "./repl-options.ts";

/** What `fugitive repl --help` prints. */
export function replHelpText(): string {
  return `A client of a server, to type at or to pipe lines into.

  fugitive repl [URL] [flags]

At a terminal it has completion and a history. Otherwise lines are run one after the other; results are lines of JSON,
errors go to stderr, and the exit code is 1 where a line failed, which ends it.

${optionsTable(REPL_OPTIONS)}

${commandsTable(REPL_COMMANDS)}

  fugitive repl wss://example.com
  fugitive repl -e 'call math.add {"x":1,"y":6}'
  echo 'call test.reverse "abc"' | fugitive repl`;
}
