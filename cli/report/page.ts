import { escapeHtml } from "./html.ts";
import { STYLE } from "./style.ts";

export interface Tile {
  readonly label: string;
  readonly value: string;
  readonly note?: string;
  readonly bad?: boolean;
}

export interface Section {
  /** @default none */
  readonly title?: string;
  readonly html: string;
}

/** Numbers that are to be seen first. */
export function tiles(all: readonly Tile[]): string {
  const items = all.map(({ label, value, note, bad }) => {
    const small = note === undefined ? "" : `<small>${escapeHtml(note)}</small>`;
    return `<div class="tile${bad ? " bad" : ""}"><dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}${small}</dd></div>`;
  });
  return `<dl class="tiles">${items.join("")}</dl>`;
}

/** Sentences that want to be read. */
export function callouts(texts: readonly string[], kind: "warning" | "good" | "bad" = "warning"): string {
  return texts.map((text) => `<p class="callout ${kind}">${escapeHtml(text)}</p>`).join("\n");
}

/** Plots side by side, where there is room. */
export function plots(figures: readonly string[]): string {
  return `<div class="plots">${figures.join("\n")}</div>`;
}

/** A report as one file: no script, and nothing from elsewhere, which its policy forbids as well. */
export function page(title: string, subtitle: string, sections: readonly Section[]): string {
  const body = sections.map(({ title: name, html }) => {
    return `<section>${name === undefined ? "" : `<h2>${escapeHtml(name)}</h2>`}\n${html}\n</section>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>${escapeHtml(title)}</h1><p>${escapeHtml(subtitle)}</p></header>
<main>
${body.join("\n")}
</main>
</body>
</html>
`;
}
