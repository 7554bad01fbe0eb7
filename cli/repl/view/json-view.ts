import type { TextOutput } from "../../command.ts";
import { printable } from "./printable.ts";
import { toJson } from "./to-json.ts";
import type { View } from "./view.ts";

/** For programs: results and publications as lines of JSON on stdout, everything else on stderr. */
export function jsonView(stdout: TextOutput, stderr: TextOutput): View {
  const line = (value: unknown) => void stdout.write(`${toJson(value)}\n`);
  const tell = (text: string) => void stderr.write(`${text.split("\n").map(printable).join("\n")}\n`);
  let streamed = 0;
  return {
    // a call that gives nothing is a line all the same, a stream is its items
    result(value, { id }) {
      if (value !== undefined || id !== streamed) line(value);
    },
    item(value, { id }) {
      streamed = id;
      line(value);
    },
    text: (text, value) => (value === undefined ? tell(text) : line(value)),
    arrival: line,
    note() {},
    warn: tell,
    problem: (text) => tell(`fugitive: ${text}`),
  };
}
