import { optionsTable } from "../options/options-table.ts";
import { LOAD_OPTIONS } from "./load-options.ts";

/** What `fugitive load --help` prints. */
export function loadHelpText(): string {
  return `Connects many clients to a server, has them call, and says how long the answers took.

  fugitive load [URL] [flags]

URL is ws://localhost:8080 where none is given. A report as a page with plots: --html report.html.
LOAD_TOKEN in the environment is who the clients say they are. Ctrl-C ends a run in order, a second one at once.

${optionsTable(LOAD_OPTIONS)}

  fugitive load --procedure hello --payload '"Ann"' --html report.html
  fugitive load --clients 1000 --rate 5000 --duration 60 --assert 'p99<50,errors<1%'
  fugitive load --clients 200 --subscribe news --publish news --rate 20`;
}
