import { escapeHtml } from "./html.ts";
import type { Scale } from "./scale.ts";

export interface Axis {
  readonly label: string;
  readonly scale: Scale;
  /** What a value is called beside its tick, and in what is shown of a point. */
  readonly format: (value: number) => string;
}

export interface Series {
  readonly name: string;
  /** In order of x. Where y is no finite number, the line is interrupted. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Of the page's colours, from 1 to 6. */
  readonly colour: number;
  readonly look?: "line" | "area" | "dashed" | "dots";
}

export interface Plot {
  readonly title: string;
  /** What there is to see, in a sentence, for those who do not see it. */
  readonly summary: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** Parts of the x axis that are shaded. */
  readonly bands?: readonly { readonly from: number; readonly to: number; readonly label: string }[];
  /** Levels of the y axis. */
  readonly levels?: readonly { readonly at: number; readonly label: string }[];
}

const WIDTH = 640;
const HEIGHT = 300;
const BOX = { left: 74, right: WIDTH - 34, top: 14, bottom: HEIGHT - 44 };
const MOST_TITLES = 240;
const DOT = 3.5;

/** A figure with a plot of lines as SVG, which needs neither script nor anything from elsewhere. */
export function plotFigure(plot: Plot): string {
  const { title, summary, series } = plot;
  const legend = series.map(({ name, colour, look = "line" }) => {
    return `<li><span class="key ${look} c${colour}"></span>${escapeHtml(name)}</li>`;
  });
  return `<figure>
<figcaption><h3>${escapeHtml(title)}</h3><ul class="legend">${legend.join("")}</ul></figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(`${title}. ${summary}`)}">
${[...bands(plot), ...grid(plot), ...series.map((one) => line(plot, one)), ...levels(plot), ...notes(plot), ...titles(plot)].join("\n")}
</svg>
</figure>`;
}

function xOf({ x }: Plot, value: number): number {
  return BOX.left + x.scale.at(value) * (BOX.right - BOX.left);
}

function yOf({ y }: Plot, value: number): number {
  const part = Math.min(1, Math.max(0, y.scale.at(value)));
  return BOX.bottom - part * (BOX.bottom - BOX.top);
}

function bands(plot: Plot): string[] {
  return (plot.bands ?? []).map(({ from, to, label }) => {
    const [left, right] = [xOf(plot, from), Math.min(BOX.right, xOf(plot, to))];
    return `<rect class="band" x="${px(left)}" y="${BOX.top}" width="${px(right - left)}" height="${BOX.bottom - BOX.top}"><title>${escapeHtml(label)}</title></rect>`;
  });
}

/** What bands and levels are called: above all else, so that no line crosses it. */
function notes(plot: Plot): string[] {
  return [
    ...(plot.bands ?? []).map(
      ({ from, label }) =>
        `<text class="note" x="${px(xOf(plot, from) + 6)}" y="${BOX.top + 15}">${escapeHtml(label)}</text>`,
    ),
    ...(plot.levels ?? []).map(
      ({ at, label }) =>
        `<text class="note end" x="${BOX.right - 6}" y="${px(yOf(plot, at) - 6)}">${escapeHtml(label)}</text>`,
    ),
  ];
}

function grid(plot: Plot): string[] {
  const { x, y } = plot;
  const across = (value: number, kind: string) =>
    `<path class="${kind}" d="M${BOX.left} ${px(yOf(plot, value))}H${BOX.right}"/>`;
  const upright = (value: number, kind: string) =>
    `<path class="${kind}" d="M${px(xOf(plot, value))} ${BOX.top}V${BOX.bottom}"/>`;
  const middle = (BOX.top + BOX.bottom) / 2;
  return [
    ...y.scale.minor.map((value) => across(value, "minor")),
    ...x.scale.minor.map((value) => upright(value, "minor")),
    ...y.scale.ticks.map(
      (value) =>
        `${across(value, "grid")}<text class="tick end" x="${BOX.left - 8}" y="${px(yOf(plot, value) + 4)}">${escapeHtml(y.format(value))}</text>`,
    ),
    ...x.scale.ticks.map(
      (value) =>
        `${upright(value, "grid")}<text class="tick mid" x="${px(xOf(plot, value))}" y="${BOX.bottom + 18}">${escapeHtml(x.format(value))}</text>`,
    ),
    `<text class="axis mid" x="${(BOX.left + BOX.right) / 2}" y="${HEIGHT - 6}">${escapeHtml(x.label)}</text>`,
    `<text class="axis mid" transform="translate(14 ${middle}) rotate(-90)">${escapeHtml(y.label)}</text>`,
  ];
}

function line(plot: Plot, { points, colour, look = "line" }: Series): string {
  const dots = () =>
    points
      .filter(([, y]) => Number.isFinite(y))
      .map(([x, y]) => `<circle class="dot c${colour}" cx="${px(xOf(plot, x))}" cy="${px(yOf(plot, y))}" r="${DOT}"/>`);
  if (look === "dots") return dots().join("");
  const runs = unbroken(points);
  // a line of one point would not be seen
  if (runs.every((run) => run.length < 2)) return dots().join("");
  const path = runs.map((run) => `M${run.map(([x, y]) => `${px(xOf(plot, x))} ${px(yOf(plot, y))}`).join("L")}`);
  const stroke = `<path class="stroke ${look} c${colour}" d="${path.join("")}"/>`;
  if (look !== "area") return stroke;
  const filled = runs.map((run, index) => {
    const [first, last] = [run[0]?.[0] ?? 0, run.at(-1)?.[0] ?? 0];
    return `${path[index]}L${px(xOf(plot, last))} ${BOX.bottom}L${px(xOf(plot, first))} ${BOX.bottom}Z`;
  });
  return `<path class="fill c${colour}" d="${filled.join("")}"/>${stroke}`;
}

function levels(plot: Plot): string[] {
  return (plot.levels ?? []).map(({ at }) => {
    return `<path class="level" d="M${BOX.left} ${px(yOf(plot, at))}H${BOX.right}"/>`;
  });
}

/** What a pointer is told over each place: all series there. Without a script, that is what SVG has titles for. */
function titles(plot: Plot): string[] {
  const { x, y, series } = plot;
  const at = new Map<number, string[]>();
  for (const { name, points } of series) {
    for (const [where, value] of points) {
      if (!Number.isFinite(value)) continue;
      const lines = at.get(where) ?? [];
      at.set(where, lines);
      lines.push(`${name}: ${y.format(value)}`);
    }
  }
  const places = [...at].sort(([one], [other]) => one - other);
  const every = Math.ceil(places.length / MOST_TITLES);
  const shown = places.filter((_, index) => index % every === 0);
  return shown.map(([where, lines], index) => {
    const [before, here, after] = [shown[index - 1]?.[0] ?? where, where, shown[index + 1]?.[0] ?? where].map((place) =>
      xOf(plot, place),
    ) as [number, number, number];
    const [left, right] = [(before + here) / 2, Math.max((here + after) / 2, (before + here) / 2 + 1)];
    const text = escapeHtml([`${x.label} ${x.format(where)}`, ...lines].join("\n"));
    return `<rect class="hit" x="${px(left)}" y="${BOX.top}" width="${px(right - left)}" height="${BOX.bottom - BOX.top}"><title>${text}</title></rect>`;
  });
}

/** The parts of a line between gaps. */
function unbroken(points: Series["points"]): (readonly [number, number])[][] {
  const runs: (readonly [number, number])[][] = [[]];
  for (const point of points) {
    if (Number.isFinite(point[1])) runs.at(-1)?.push(point);
    else if (runs.at(-1)?.length !== 0) runs.push([]);
  }
  return runs.filter((run) => run.length > 0);
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}
