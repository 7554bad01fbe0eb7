import { optionsHelp } from "../server/config.ts";

/** What `fugitive --help` prints. */
export function helpText(): string {
  return `Fugitive, a WebSocket application server.

  fugitive serve [APP] [flags]   serves an application; without APP the demo
  fugitive worker FILE [flags]   does jobs of a queue; see fugitive worker --help
  fugitive doctor [flags]        looks at what a server needs here; see fugitive doctor --help
  fugitive repl [URL] [flags]    a client to type at, and for scripts; see fugitive repl --help
  fugitive load [URL] [flags]    makes load, and a report of it; see fugitive load --help
  fugitive help                  this text; so does --help or -h
  fugitive --version             the version; so does -v

APP is the path of an ES module that exports what defineApp gives, as "app" or as its default.

Each option can be set in a JSON file, in the environment, and by a flag, the later beating the earlier.
Numbers may be written with "_" between their digits.

${optionsHelp()}

  fugitive serve app.js --port 9000 --workers 4
  PORT=9000 WORKERS=4 fugitive serve app.js`;
}
