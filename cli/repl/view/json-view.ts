import type { TextOutput } from "../../command.ts";
import { printable } from "./printable.ts";
import { toJson } from "./to-json.ts";
import type { View } from "./view.ts";

/** For programs: results and publications as lines of JSON on stdout, everything else on stderr. */
export function jsonView(stdout: TextOutput, stderr: TextOutput): View {
  const line = (value: unknown) => void stdout.write(`${toJson(value)}\n`);
  const tell = (text: string) => void stderr.write(`${text.split("\n").map(printable).join("\n")}\n`);
  return {
    result(value) {
      if (value !== undefined) line(value);
    },
    item: line,
    text: (text, value) => (value === undefined ? tell(text) : line(value)),
    arrival: line,
    note() {},
    warn: tell,
    problem: (text) => tell(`fugitive: ${text}`),
  };
}
