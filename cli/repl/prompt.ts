import { clearScreenDown, createInterface, cursorTo, type Interface, moveCursor } from "node:readline";
import type { TextInput, TextOutput } from "../command.ts";
import { MOST_LINES } from "./history-file.ts";

export interface PromptOptions {
  readonly input: TextInput;
  readonly output: TextOutput;
  /** What stands before the line, as it is now. */
  readonly text: () => string;
  readonly complete: (line: string) => [string[], string];
  /** Lines typed earlier, the newest first. */
  readonly history: readonly string[];
  readonly line: (line: string) => void;
  /** Ctrl-C. @param typed what stood in the line, which is gone */
  readonly interrupted: (typed: string) => void;
  /** Ctrl-D, or the end of the terminal. */
  readonly ended: () => void;
}

export interface Prompt {
  /** Writes whole lines above the one that is being typed, which stays as it is. */
  write(text: string): void;
  /** Shows the line again, as where its beginning is another. */
  refresh(): void;
  close(): void;
}

/** A line that can be edited, with history and completion, at a terminal on which other things are written meanwhile. */
export function createPrompt({ input, output, text, complete, history, ...on }: PromptOptions): Prompt {
  const stream = output as TextOutput & NodeJS.WritableStream;
  const readline = createInterface({
    ...{ input, output: stream, terminal: true, completer: complete, history: [...history] },
    ...{ historySize: MOST_LINES, removeHistoryDuplicates: true, prompt: text() },
  });
  let closed = false;

  function show(): void {
    readline.setPrompt(text());
    readline.prompt(true);
  }

  readline.on("line", (line) => {
    on.line(line);
    if (!closed) show();
  });
  readline.on("SIGINT", () => {
    const typed = readline.line;
    stream.write("^C\n");
    blank(readline);
    on.interrupted(typed);
    if (!closed) show();
  });
  // after Ctrl-Z and fg the terminal shows nothing of the line
  readline.on("SIGCONT", show);
  readline.on("close", () => {
    if (closed) return;
    closed = true;
    on.ended();
  });
  show();

  return {
    write(lines) {
      if (closed) {
        stream.write(`${lines}\n`);
        return;
      }
      moveCursor(stream, 0, -readline.getCursorPos().rows);
      cursorTo(stream, 0);
      clearScreenDown(stream);
      stream.write(`${lines}\n`);
      forgetRows(readline);
      show();
    },
    refresh() {
      if (!closed) show();
    },
    close() {
      closed = true;
      readline.close();
    },
  };
}

/** The line becomes empty, and nothing of it is taken for being on the screen. */
function blank(readline: Interface): void {
  Object.assign(readline, { line: "", cursor: 0 });
  forgetRows(readline);
}

/** Where the line begins is where the cursor is now, and not further up, as it was before something else was written. */
function forgetRows(readline: Interface): void {
  Object.assign(readline, { prevRows: 0 });
}
