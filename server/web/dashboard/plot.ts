import "uplot/dist/uPlot.min.css";
import uPlot from "uplot";
import { make } from "../dom.ts";
import { WINDOW } from "./history.ts";
import type { ColourName } from "./theme.ts";

export interface Line {
  readonly name: string;
  readonly colour: ColourName;
}

export interface PlotOptions {
  readonly lines: readonly Line[];
  /** Writes a value of an axis, or of a line at a moment. */
  write(value: number): string;
  /** What the axis reaches to at least: noise is not to look like a storm. */
  readonly least: number;
  /** `whole`: of things that are counted; `log`: what is ten times as much is as far away everywhere. @default linear */
  readonly scale?: "whole" | "log" | undefined;
  colour(name: ColourName): string;
}

/** A chart of the last minutes in a figure. */
export interface Plot {
  /** @param rows times in seconds, then a row for each line */
  show(rows: (number | null)[][]): void;
  /** The colours are others. */
  repaint(): void;
  end(): void;
}

const HEIGHT = 176;
const FONT = "11px system-ui, sans-serif";
const AXIS_WIDTH = 52;
const AXIS_HEIGHT = 30;
const TICK_SPACE = 70;
const HEADROOM = 1.08;
/** Where a logarithmic axis begins: it has no zero. */
const LOWEST = 0.01;
const WHOLE = Array.from({ length: 7 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();
const UNKNOWN = "–";
const TINY = 1e-9;

/** Puts a chart, and under it what its lines are and where they stand, into a figure. */
export function plot(figure: HTMLElement, { lines, write, least, scale, colour }: PlotOptions): Plot {
  const place = make("div", "plot");
  place.setAttribute("role", "img");
  const legend = make("ul", "legend");
  const values = lines.map(({ name, colour: own }) => {
    const entry = make("li");
    const swatch = make("span", "swatch");
    swatch.style.background = `var(${own})`;
    const value = make("b", "", UNKNOWN);
    entry.append(swatch, name, " ", value);
    legend.append(entry);
    return value;
  });
  figure.append(place, legend);

  const axis = { stroke: () => colour("--quiet"), font: FONT, ticks: { show: false } };
  const grid = { stroke: () => colour("--grid"), width: 1 };
  const chart = new uPlot(
    {
      width: Math.max(1, place.clientWidth),
      height: HEIGHT,
      padding: [10, 26, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
      scales: {
        x: { time: true, range: (_, __, max) => [max - WINDOW, max] },
        y:
          scale === "log"
            ? { distr: 3, range: (_, __, max) => [LOWEST, 10 ** Math.ceil(Math.log10(Math.max(least, max ?? 0)))] }
            : { range: (_, __, max) => [0, Math.max(least, (max ?? 0) * HEADROOM)] },
      },
      axes: [
        { ...axis, grid, size: AXIS_HEIGHT, space: TICK_SPACE, values: (_, splits) => splits.map(clockTime) },
        {
          ...{ ...axis, size: AXIS_WIDTH },
          grid: { ...grid, ...(scale === "log" && { filter: tens }) },
          ...(scale === "whole" && { incrs: WHOLE }),
          // of a logarithmic axis only the tens have room
          ...(scale === "log" && { filter: tens }),
          values: (_, splits) => splits.map((at) => (at === null ? null : write(at))),
        },
      ],
      series: [
        {},
        ...lines.map(({ name, colour: own }) => ({
          label: name,
          stroke: () => colour(own),
          width: 1.75,
          points: { show: false },
          ...(lines.length === 1 && { fill: () => faint(colour(own)) }),
        })),
      ],
      hooks: { setCursor: [showValues], setData: [showValues] },
    },
    [[], ...lines.map(() => [])],
    place,
  );
  const watcher = new ResizeObserver(() => {
    const width = Math.floor(place.clientWidth);
    if (width > 0 && width !== chart.width) chart.setSize({ width, height: HEIGHT });
  });
  watcher.observe(place);

  /** Where the lines stand: under the pointer, or else now. */
  function showValues(self: uPlot): void {
    const at = self.cursor.idx ?? (self.data[0]?.length ?? 0) - 1;
    for (const [index, element] of values.entries()) {
      const value = self.data[index + 1]?.[at];
      element.textContent = value === null || value === undefined ? UNKNOWN : write(value);
    }
  }

  return {
    show(rows) {
      chart.setData(rows as uPlot.AlignedData);
      const told = lines.map(({ name }, index) => `${name} ${values[index]?.textContent}`);
      place.setAttribute("aria-label", `Chart of the last three minutes; now: ${told.join(", ")}`);
      // for tests, and for whoever wants to know what is drawn
      place.dataset.points = String(rows[0]?.length ?? 0);
    },
    repaint: () => chart.redraw(true),
    end() {
      watcher.disconnect();
      chart.destroy();
      place.remove();
      legend.remove();
    },
  };
}

/** The tens of a logarithmic axis; null for what is between them. */
function tens(_: uPlot, splits: number[]): (number | null)[] {
  return splits.map((at) => (Math.abs(Math.log10(at) - Math.round(Math.log10(at))) < TINY ? at : null));
}

function clockTime(seconds: number): string {
  return new Date(seconds * 1_000).toLocaleTimeString("en", { timeStyle: "medium", hourCycle: "h23" });
}

function faint(colour: string): string {
  return colour.replace(/^rgb\((.*)\)$/, "rgba($1, 0.12)");
}
