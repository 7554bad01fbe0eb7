import { suggestion } from "../../server/config/edit-distance.ts";
import { AppError } from "../../shared/errors.ts";
import { REPL_COMMANDS } from "./command-table.ts";
import type { Connection } from "./connection.ts";
import type { Repl } from "./definition.ts";
import { LineError } from "./line-error.ts";
import { readParameters } from "./parameters.ts";
import { explain } from "./remedies.ts";
import { Words } from "./split-line.ts";

/** Characters of a line that are shown where it is named. */
const SHOWN_LINE = 60;

/**
 * Runs a line and shows what comes of it. Empty lines, and those that begin with #, are none.
 * @returns whether it went well; never rejects
 */
export async function runLine(repl: Repl, line: string): Promise<boolean> {
  const { connections, running, view } = repl;
  const text = line.trim();
  if (text === "" || text.startsWith("#")) return true;
  const job = running.begin(text.length > SHOWN_LINE ? `${text.slice(0, SHOWN_LINE)}…` : text);
  let at: Connection | undefined;
  let asked = "";
  try {
    const words = new Words(text);
    const name = words.next() ?? "";
    const command = REPL_COMMANDS.get(name);
    if (command === undefined) {
      throw new LineError(
        `${JSON.stringify(name.slice(0, 40))} is no command${suggestion(name, [...REPL_COMMANDS.keys()])}; help shows all`,
      );
    }
    const target = command.connected ? words.connection() : undefined;
    const values = readParameters(command.parameters, words, `${name} ${command.usage}`.trimEnd());
    asked = Object.values(values).find((value) => typeof value === "string") ?? "";
    const connection = () => {
      at = connections.get(target);
      return at;
    };
    if (command.connected && !repl.interactive) await whenThere(connections.get(target), job.signal);
    await command.run(repl, { values, connection, job });
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === "CANCELLED" && job.signal.aborted)
      view.note(`#${job.id} cancelled`);
    else
      view.problem(
        explain(
          error,
          at?.known.map(({ name }) => name),
          asked,
        ),
        job.id,
      );
    return false;
  } finally {
    job.end();
  }
}

/** Who types sees that there is no connection yet; a script fails where there is none at once. */
function whenThere({ client, failure, shownUrl }: Connection, signal: AbortSignal): Promise<void> {
  const unreachable = (why: string) =>
    new LineError(`there is no connection to ${shownUrl}: ${why}\n  → fugitive doctor --url says what stands there`);
  if (failure !== undefined && client.welcome === undefined) return Promise.reject(unreachable(failure.text));
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    const off = client.on("reconnectFailed", ({ text }) => reject(unreachable(text)));
    client.ready.then(resolve, reject).finally(off);
  });
}
