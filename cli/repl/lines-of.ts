import type { TextInput } from "../command.ts";
import { LineError } from "./line-error.ts";
import { MAX_LINE } from "./split-line.ts";

/** The lines of a pipe. @throws LineError where one is too long, before all of it is in memory */
export async function* linesOf(input: TextInput): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let line = "";
  for await (const chunk of input) {
    const pieces = (typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true })).split("\n");
    const last = pieces.pop() ?? "";
    for (const piece of pieces) {
      yield line + piece;
      line = "";
    }
    line += last;
    if (line.length > MAX_LINE)
      throw new LineError(`a line has at most ${MAX_LINE.toLocaleString("en-US")} characters`);
  }
  if (line !== "") yield line;
}
