import type { Paint } from "../repl/view/colours.ts";
import { printable } from "../repl/view/printable.ts";
import type { Status } from "./check.ts";
import type { Checked } from "./run-checks.ts";

const COLOURS = { ok: "green", warning: "yellow", problem: "red" } as const;
const STATUS_WIDTH = "warning".length;
const NAME_WIDTH = "uWebSockets.js".length;

/** What one check has found, as lines for people; none where it has found nothing. What others said stays on its line. */
export function shownCheck({ name, findings }: Checked, paint: Paint): string {
  return findings
    .flatMap(({ status, found, remedy }) => {
      const line = `${paint(COLOURS[status], status.padEnd(STATUS_WIDTH))}  ${name.padEnd(NAME_WIDTH)}  ${printable(found)}`;
      const indent = " ".repeat(STATUS_WIDTH + NAME_WIDTH + 4);
      return remedy === undefined ? [line] : [line, `${indent}→ ${printable(remedy)}`];
    })
    .map((line) => `${line}\n`)
    .join("");
}

/** How many findings there are of a kind. */
export function countOf(status: Status, all: readonly Checked[]): number {
  return all.flatMap(({ findings }) => findings).filter((finding) => finding.status === status).length;
}

/** `12 ok, 1 warning, no problems` */
export function summary(all: readonly Checked[]): string {
  const some = (number: number, what: string) => `${number === 0 ? "no" : number} ${what}${number === 1 ? "" : "s"}`;
  return `${countOf("ok", all)} ok, ${some(countOf("warning", all), "warning")}, ${some(countOf("problem", all), "problem")}`;
}
