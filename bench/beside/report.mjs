// What was measured beside others, as one page with plots and as Markdown.
import { table } from "../../dist/cli/report/html.js";
import { page, plots } from "../../dist/cli/report/page.js";
import { goalsOf } from "./goals.mjs";
import { SECTIONS } from "./sections.mjs";

function sectionsOf(results) {
  return Object.entries(results).map(([name, result]) => SECTIONS[name](result));
}

function verdictsOf(results) {
  return goalsOf(results).map(({ what, value, goal, met }) => [what, value, goal, met ? "met" : "missed"]);
}

const METHOD = [
  "Each server speaks its own protocol, as its client would, to raw sockets that cost as little as can be, on the same machine.",
  "What is compared is the CPU time that the server's processes use for one operation: it does not depend on what else the machine does, as rates do.",
  "Servers take turns, round after round; a value is the median of the rounds, with the least and the most beside it; ratios are medians of ratios within a round.",
];

/** @param run `{ machine, command, took }` @returns the page */
export function peerHtml(results, run) {
  const verdicts = verdictsOf(results);
  return page("Beside others", run.machine, [
    { html: METHOD.map((text) => `<p>${text}</p>`).join("\n") },
    ...(verdicts.length > 0 ? [{ title: "Goals", html: table(["", "measured", "goal", ""], verdicts) }] : []),
    ...sectionsOf(results).map(({ title, text, figures, head, rows }) => ({
      title,
      html: `<p>${text}</p>\n${plots(figures)}\n${table(head, rows)}`,
    })),
    { title: "Once more", html: `<pre>${run.command}</pre>` },
  ]);
}

/** @returns the same without plots */
export function peerMarkdown(results, run) {
  const verdicts = verdictsOf(results);
  const parts = [
    "# Beside others",
    `On ${run.machine}, by \`${run.command}\`.`,
    METHOD.join(" "),
    ...(verdicts.length > 0 ? ["## Goals", markdownTable(["what", "measured", "goal", ""], verdicts)] : []),
    ...sectionsOf(results).flatMap(({ title, text, head, rows }) => [`## ${title}`, text, markdownTable(head, rows)]),
  ];
  return `${parts.join("\n\n")}\n`;
}

function markdownTable(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
