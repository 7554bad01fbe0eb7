import type { Stats } from "../../dashboard/stats.ts";
import { byId } from "../dom.ts";
import { age } from "./figures.ts";
import { type Column, updateRows } from "./table.ts";

const COLUMNS: readonly Column[] = [
  { label: "Host", className: "name" },
  { label: "Id", className: "code" },
  { label: "Up for", className: "number" },
];
/** So much of an id tells two starts of one host apart. */
const SHORT = 6;

/** All hosts of the application, where there are several. Figures are of the one that the page is from. */
export function showHosts({ hosts = [] }: Stats): void {
  byId("hosts-card", HTMLElement).hidden = hosts.length < 2;
  updateRows(
    byId("hosts", HTMLElement),
    COLUMNS,
    hosts.map(({ node, own, id, uptime }) => [own ? `${node} (this one)` : node, id.slice(0, SHORT), age(uptime)]),
  );
}
