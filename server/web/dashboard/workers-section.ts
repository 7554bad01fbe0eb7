import type { ProcessStats, Stats } from "../../dashboard/stats.ts";
import { byId, make } from "../dom.ts";
import { showWorker } from "../worker-badge.ts";
import { age, bytes, count, duration, share, UNKNOWN } from "./figures.ts";
import { type Column, tableRow } from "./table.ts";

const COLUMNS: readonly Column[] = [
  { label: "Process" },
  { label: "State" },
  { label: "Connections", className: "number" },
  { label: "Memory", className: "number" },
  { label: "Busy", className: "number" },
  { label: "Lag", className: "number" },
  { label: "Up for", className: "number" },
];

interface ProcessRow {
  readonly name: string;
  /** Of a socket worker. */
  readonly worker?: number;
  readonly state: string;
  readonly connections: string;
  readonly process: ProcessStats;
}

/** All processes, and how they are. */
export function showProcesses(stats: Stats): void {
  const { primary, workers, compute, rollout, ready } = stats;
  const rows: ProcessRow[] = [
    { name: "primary", state: ready ? "ready" : "not ready", connections: "", process: primary },
    ...workers.map((worker) => ({
      ...{ name: `worker ${worker.worker}`, worker: worker.worker, process: worker },
      ...{ state: worker.state, connections: count(worker.connections) },
    })),
    ...(compute === undefined
      ? []
      : [
          {
            name: "compute host",
            state: compute.pid === 0 ? "restarting" : "serving",
            connections: "",
            process: compute,
          },
        ]),
  ];
  const body = byId("workers", HTMLElement);
  const shown = rows.map(({ name, process: { pid } }) => `${name} ${pid}`).join();
  // other processes: whoever reads it has to begin anew anyway
  if (body.dataset.shown !== shown) {
    body.dataset.shown = shown;
    body.replaceChildren(...rows.map(rowOf));
  }
  for (const [index, row] of rows.entries()) update(body.children[index], row);
  byId("rollout", HTMLElement).textContent = rolloutText(rollout);
}

function rowOf({ name, worker, process: { pid } }: ProcessRow): HTMLTableRowElement {
  const badge = make("span", "worker", name);
  if (worker !== undefined) showWorker(badge, worker);
  return tableRow(COLUMNS, [[badge, make("small", "", pid === 0 ? "" : ` pid ${pid}`)]]);
}

function update(row: Element | undefined, { state, connections, process }: ProcessRow): void {
  if (row === undefined) return;
  const { silent, memory, busy, lagMs, uptime } = process;
  const word = silent ? "silent" : state;
  const texts = [word, silent ? UNKNOWN : connections, bytes(memory), share(busy), duration(lagMs), age(uptime)];
  for (const [index, text] of texts.entries()) {
    const cell = row.children[index + 1];
    if (cell !== undefined && cell.textContent !== text) cell.textContent = text;
  }
  (row as HTMLElement).dataset.state = word;
}

function rolloutText({ running, queued, failure }: Stats["rollout"]): string {
  if (running)
    return queued ? "Replacing one after the other; once more after that." : "Replacing one after the other.";
  return failure === undefined ? "" : `The last reload ended early: ${failure}`;
}
