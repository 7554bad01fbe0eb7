import { escapeHtml } from "./html.ts";

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** What it varied between, where it was measured more than once. */
  readonly range?: readonly [low: number, high: number];
  /** One of the page's colours, from 1 to 6. @default 6 */
  readonly colour?: number;
}

export interface Bars {
  readonly title: string;
  /** What there is to see, in a sentence, for those who do not see it. */
  readonly summary: string;
  /** What the values are, and whether more or less of it is better. */
  readonly label: string;
  readonly format: (value: number) => string;
  readonly bars: readonly Bar[];
}

const WIDTH = 640;
const ROW = 30;
const THICK = 18;
const NAMES = 210;
/** For the value, which stands behind its bar. */
const VALUES = 90;

/** A figure with a bar for each value, all from zero, so that lengths may be compared. */
export function barsFigure({ title, summary, label, format, bars }: Bars): string {
  const most = Math.max(...bars.map(({ value, range }) => Math.max(value, range?.[1] ?? 0)), Number.MIN_VALUE);
  const length = (value: number) => (Math.max(0, value) / most) * (WIDTH - NAMES - VALUES);
  const rows = bars.map(({ name, value, range, colour = 6 }, index) => {
    const top = index * ROW + (ROW - THICK) / 2;
    const middle = index * ROW + ROW / 2;
    const end = NAMES + length(Math.max(value, range?.[1] ?? 0));
    const text = range === undefined ? format(value) : `${format(value)}, ${format(range[0])} to ${format(range[1])}`;
    const whisker =
      range === undefined
        ? ""
        : `<path class="whisker" d="M${px(NAMES + length(range[0]))} ${middle}H${px(NAMES + length(range[1]))}"/>`;
    return `<g><title>${escapeHtml(`${name}: ${text}`)}</title>
<text class="name end" x="${NAMES - 10}" y="${middle + 4}">${escapeHtml(name)}</text>
<rect class="bar c${colour}" x="${NAMES}" y="${top}" width="${px(Math.max(1, length(value)))}" height="${THICK}" rx="2"/>${whisker}
<text class="value" x="${px(end + 8)}" y="${middle + 4}">${escapeHtml(format(value))}</text></g>`;
  });
  return `<figure>
<figcaption><h3>${escapeHtml(title)}</h3><small>${escapeHtml(label)}</small></figcaption>
<svg viewBox="0 0 ${WIDTH} ${bars.length * ROW + 6}" role="img" aria-label="${escapeHtml(`${title}. ${summary}`)}">
${rows.join("\n")}
</svg>
</figure>`;
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}
