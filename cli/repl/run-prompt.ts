import type { CliOptions } from "../command.ts";
import { complete } from "./completion.ts";
import type { Repl } from "./definition.ts";
import { historyPath, openHistory } from "./history-file.ts";
import { createPrompt, type Prompt } from "./prompt.ts";
import { runLine } from "./run-line.ts";
import { hasColours, painter } from "./view/colours.ts";
import { terminalView } from "./view/terminal-view.ts";
import type { View } from "./view/view.ts";

/** Within which a second Ctrl-C leaves. */
const TWICE_MS = 2_000;

/**
 * Reads lines from who types, and runs them, several at a time where they take long. Resolves when that one leaves.
 * @param create what lines are run with, whose connections are not made before there is a view
 */
export function runPrompt(
  { stdin, stdout, env }: CliOptions,
  create: (view: View, leave: () => void) => Repl,
): Promise<void> {
  return new Promise((resolve) => {
    const coloured = hasColours(stdout, env);
    const paint = painter(coloured);
    let prompt: Prompt | undefined;
    let interruptedAt = Number.NEGATIVE_INFINITY;
    const write = (text: string) => (prompt === undefined ? void stdout.write(`${text}\n`) : prompt.write(text));
    const view = terminalView({
      ...{ write, paint, coloured, columns: () => stdout.columns ?? 80 },
      several: () => repl.connections.all.length > 1,
    });
    const leave = () => {
      prompt?.close();
      resolve();
    };
    const repl = create(view, leave);
    const history = openHistory(historyPath(env), view.note);
    view.note("help shows the commands, Ctrl-D leaves");
    prompt = createPrompt({
      input: stdin,
      output: stdout,
      history: history.lines,
      text() {
        const { current } = repl.connections;
        const state = current?.client.state;
        return paint(state === "open" ? "green" : "yellow", current?.name ?? "none") + paint("dim", "> ");
      },
      complete: (line) => complete(line, repl),
      line(line) {
        interruptedAt = Number.NEGATIVE_INFINITY;
        history.add(line);
        void runLine(repl, line).then(() => prompt?.refresh());
      },
      interrupted(typed) {
        const cancelled = repl.running.cancelAll();
        // a line that is not wanted any more is gone, and that is all
        if (typed !== "" && cancelled === 0) return;
        if (performance.now() - interruptedAt < TWICE_MS) {
          leave();
          return;
        }
        interruptedAt = performance.now();
        if (cancelled === 0) view.note("Ctrl-C again leaves; so does Ctrl-D");
      },
      ended: () => {
        stdout.write("\n");
        resolve();
      },
    });
  });
}
