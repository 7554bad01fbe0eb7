const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text that is nothing but text, in HTML, SVG and the values of their attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

export type Cell = string | { readonly html: string };

/** A table whose first column names its rows. Texts are escaped; numbers of the other columns stand to the right. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = (row: readonly Cell[]) =>
    row.map((cell, at) => {
      const content = typeof cell === "string" ? escapeHtml(cell) : cell.html;
      return at === 0 ? `<th scope="row">${content}</th>` : `<td>${content}</td>`;
    });
  const titles = head.map((title) => `<th scope="col">${escapeHtml(title)}</th>`).join("");
  const body = rows.map((row) => `<tr>${cells(row).join("")}</tr>`).join("\n");
  return `<div class="scroll" tabindex="0"><table><thead><tr>${titles}</tr></thead>\n<tbody>${body}</tbody></table></div>`;
}
