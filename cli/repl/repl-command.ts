import { ConfigError } from "../../server/config.ts";
import { type CliOptions, FAILED, print } from "../command.ts";
import { readOptions } from "../options/read-options.ts";
import { Connection } from "./connection.ts";
import { Connections } from "./connections.ts";
import type { Repl } from "./definition.ts";
import { replHelpText } from "./help.ts";
import { LineError } from "./line-error.ts";
import { linesOf } from "./lines-of.ts";
import { explain } from "./remedies.ts";
import { REPL_OPTIONS } from "./repl-options.ts";
import { runPrompt } from "./run-prompt.ts";
import { runScript } from "./run-script.ts";
import { Running } from "./running.ts";
import { readServerUrl } from "./server-url.ts";
import { tokenFor } from "./tokens.ts";
import { jsonView } from "./view/json-view.ts";
import type { View } from "./view/view.ts";

/** Of what the story of a connection tells, what is as it should be. The first failure is a line's, where that needs the connection. */
const ROUTINE = /^connect(?:ing|ed)\b|^not connected|^closed for good: The client was closed/;

/** `fugitive repl [URL] [flags]`: a client for people at a terminal, and for scripts. */
export async function repl(argv: readonly string[], options: CliOptions): Promise<number> {
  const { env, stdin, stdout, stderr } = options;
  const { settings, positionals, problems, help } = readOptions(REPL_OPTIONS, argv, env);
  if (help) return print(stdout, replHelpText());
  const [given = settings.url, ...more] = positionals;
  if (more.length > 0) problems.push(`repl begins with one URL, not ${positionals.length}`);
  const url = addressOf(given, problems);
  if (problems.length > 0) throw new ConfigError(problems);

  const session = createSession(url, settings, env);
  try {
    if (settings.execute.length === 0 && stdin.isTTY === true && stdout.isTTY === true) {
      await runPrompt(options, (view, leave) => session.begin(view, true, leave));
      return 0;
    }
    let left = false;
    const good = await runScript({
      repl: session.begin(jsonView(stdout, stderr), false, () => {
        left = true;
      }),
      lines: settings.execute.length > 0 ? settings.execute : linesOf(stdin),
      keepGoing: settings.keepGoing === "true",
      left: () => left,
    });
    return good ? 0 : FAILED;
  } finally {
    session.end();
  }
}

interface SessionSettings {
  readonly token: string;
  readonly timeoutMs: number;
}

function createSession(url: string, { token, timeoutMs }: SessionSettings, env: CliOptions["env"]) {
  let connections: Connections | undefined;
  let running: Running | undefined;
  let over = false;
  return {
    /** Begins to connect. */
    begin(view: View, interactive: boolean, leave: () => void): Repl {
      running = new Running();
      connections = new Connections((name, address) => {
        return new Connection({
          ...{ name, url: address, timeoutMs, token: tokenFor(name, address, { url, token }, env) },
          note(text) {
            if (over) return;
            const tell = ROUTINE.test(text) ? view.note : view.warn;
            tell((connections?.all.length ?? 0) < 2 ? text : `${name}: ${text}`);
          },
          direct: (data) => view.arrival({ connection: name, channel: "$direct", data }),
          problem: (error) => view.problem(explain(error)),
        });
      });
      connections.open("main", url);
      return { view, connections, running, defaultUrl: url, interactive, leave };
    },
    end(): void {
      over = true;
      running?.cancelAll();
      connections?.closeAll();
    },
  };
}

function addressOf(text: string, problems: string[]): string {
  try {
    return readServerUrl(text);
  } catch (error) {
    if (!(error instanceof LineError)) throw error;
    problems.push(error.message);
    return "";
  }
}
