import { make } from "../dom.ts";

/** A cell: a text, or elements. */
export type Cell = string | Node | readonly Node[];

export interface Column {
  /** Told beside the value where there is no room for a table. */
  readonly label: string;
  readonly className?: string;
}

/** A row, with its roles: a style sheet that shows a table as cards takes them from it. */
export function tableRow(columns: readonly Column[], cells: readonly Cell[]): HTMLTableRowElement {
  const row = make("tr");
  row.setAttribute("role", "row");
  for (const [index, { label, className = "" }] of columns.entries()) {
    const cell = make("td", className);
    cell.setAttribute("role", "cell");
    cell.dataset.label = label;
    fill(cell, cells[index] ?? "");
    row.append(cell);
  }
  return row;
}

/** Brings the rows of a table up to date, cell by cell: what somebody has marked or reads stays where it is. */
export function updateRows(body: HTMLElement, columns: readonly Column[], rows: readonly (readonly string[])[]): void {
  for (const [index, cells] of rows.entries()) {
    const row = body.children[index];
    if (row === undefined) body.append(tableRow(columns, cells));
    else for (const [at, text] of cells.entries()) fill(row.children[at] as HTMLElement, text);
  }
  while (body.children.length > rows.length) body.lastElementChild?.remove();
}

function fill(cell: HTMLElement, content: Cell): void {
  if (typeof content !== "string") cell.replaceChildren(...(content instanceof Node ? [content] : content));
  else if (cell.textContent !== content) cell.textContent = content;
}

/** Says of every table of the page what it is: the style sheet may show it as something else. */
export function keepRoles(): void {
  const roles = { table: "table", "thead, tbody": "rowgroup", tr: "row", th: "columnheader" };
  for (const [selector, role] of Object.entries(roles)) {
    for (const element of document.querySelectorAll(selector)) element.setAttribute("role", role);
  }
}
