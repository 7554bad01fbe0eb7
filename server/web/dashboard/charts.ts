import type { Stats } from "../../dashboard/stats.ts";
import { byId } from "../dom.ts";
import { count, duration, rate } from "./figures.ts";
import type { StatsHistory } from "./history.ts";
import { type Line, type Plot, plot } from "./plot.ts";
import { type ColourName, colourReader } from "./theme.ts";

type Read = (stats: Stats) => number | undefined;

interface Kind {
  readonly id: string;
  /** The lines that there are to draw now. */
  lines(stats: Stats): readonly (Line & { readonly read: Read })[];
  write(value: number): string;
  readonly least: number;
  readonly scale?: "whole" | "log";
}

/** As many colours as workers have. */
const COLOURS = 6;
/** With more workers than this, a line for each would be a thicket. */
const MOST_LINES = 8;

const KINDS: readonly Kind[] = [
  {
    id: "chart-connections",
    lines(stats) {
      const numbers = [...new Set(stats.workers.map(({ worker }) => worker))];
      if (numbers.length > MOST_LINES) return [{ name: "all", colour: "--worker-1", read: allConnections }];
      return numbers.map((number) => ({
        name: `worker ${number}`,
        colour: workerColour(number),
        read: (one) => sumOf(one.workers.filter(({ worker }) => worker === number).map((worker) => worker.connections)),
      }));
    },
    write: count,
    least: 4,
    scale: "whole",
  },
  {
    id: "chart-rates",
    lines: () => [
      { name: "messages in", colour: "--line-1", read: ({ rates }) => rates?.received },
      { name: "calls", colour: "--line-2", read: ({ rates }) => rates?.calls },
      { name: "publications", colour: "--line-3", read: ({ rates }) => rates?.publications },
      { name: "deliveries", colour: "--line-4", read: ({ rates }) => rates?.deliveries },
    ],
    write: rate,
    least: 5,
  },
  {
    id: "chart-latency",
    lines: () => [
      { name: "p99", colour: "--line-3", read: ({ latency }) => latency?.p99 },
      { name: "median", colour: "--line-1", read: ({ latency }) => latency?.p50 },
    ],
    write: duration,
    least: 1,
    scale: "log",
  },
  {
    id: "chart-compute",
    lines: () => [
      { name: "queued", colour: "--line-3", read: ({ compute }) => compute?.queued },
      { name: "running", colour: "--line-1", read: ({ compute }) => compute?.running },
    ],
    write: count,
    least: 4,
    scale: "whole",
  },
];

/** The charts. */
export function chartsSection(history: StatsHistory) {
  const colour = colourReader();
  const drawn = new Map<Kind, { readonly plot: Plot; readonly names: string; readonly reads: readonly Read[] }>();

  function drawnOf(kind: Kind, stats: Stats) {
    const lines = kind.lines(stats);
    const names = lines.map(({ name }) => name).join();
    const known = drawn.get(kind);
    if (known?.names === names) return known;
    known?.plot.end();
    const { write, least, scale } = kind;
    const made = plot(byId(kind.id, HTMLElement), { lines, write, least, scale, colour });
    const now = { plot: made, names, reads: lines.map(({ read }) => read) };
    drawn.set(kind, now);
    return now;
  }

  return {
    show(stats: Stats): void {
      for (const kind of KINDS) {
        const { plot: own, reads } = drawnOf(kind, stats);
        own.show(history.rows(reads));
      }
    },
    repaint(): void {
      for (const { plot: own } of drawn.values()) own.repaint();
    },
  };
}

/** The colour that a worker's badge has as well. */
function workerColour(worker: number): ColourName {
  return `--worker-${worker % COLOURS}`;
}

function allConnections({ workers }: Stats): number | undefined {
  return sumOf(workers.map(({ connections }) => connections));
}

/** What is known of it; undefined where nothing is. */
function sumOf(numbers: readonly (number | undefined)[]): number | undefined {
  const known = numbers.filter((number) => number !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, number) => sum + number, 0);
}
