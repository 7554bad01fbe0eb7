// How measurements are shown.
import { availableParallelism, cpus, release, totalmem, type } from "node:os";

/** What was measured on, as one line. */
export function describeMachine() {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const cores = `${availableParallelism()} ${availableParallelism() === 1 ? "core" : "cores"}`;
  const model = cpus()[0]?.model.trim() || process.arch;
  return `${model}, ${cores}, ${memory}, ${type()} ${release()}, Node.js ${process.version}, ${new Date().toISOString().slice(0, 10)}`;
}

/** The rows as text: a table of all that have a value, then the texts. */
export function formatRows(rows) {
  const cells = rows.filter(({ value }) => value !== undefined);
  const table = cells.map(({ what, value, goal = "", met }) => [what, value, goal, verdict(met)]);
  const widths = [0, 1, 2].map((column) => Math.max(0, ...table.map((row) => row[column].length)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [...lines, ...rows.flatMap(({ text }) => (text === undefined ? [] : [text.trimEnd()]))].join("\n");
}

function verdict(met) {
  if (met === undefined) return "";
  return met ? "met" : "MISSED";
}
