import { describe, expect, it } from "vitest";
import { bytes, count, duration, percent, short } from "./format.ts";
import { escapeHtml, table } from "./html.ts";
import { page, tiles } from "./page.ts";
import { plotFigure } from "./plot.ts";
import { exactScale, linearScale, logScale, percentileScale } from "./scale.ts";

describe("scales", () => {
  it("of even steps end at a round value", () => {
    const scale = linearScale(0, 87);
    expect(scale.ticks).toEqual([0, 20, 40, 60, 80, 100]);
    expect([0, 50, 100].map(scale.at)).toEqual([0, 0.5, 1]);
    expect(linearScale(0, 0.3).ticks.at(-1)).toBeCloseTo(0.3);
  });

  it("of time end where it does", () => {
    const scale = exactScale(0, 17);
    expect(scale.at(17)).toBe(1);
    expect(scale.ticks).toEqual([0, 5, 10, 15]);
  });

  it("of factors have whole decades, or round ends where there are few", () => {
    const wide = logScale(130, 4_000_000);
    expect(wide.ticks).toEqual([100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000]);
    expect(wide.at(1_000)).toBeCloseTo(0.2);
    expect(wide.minor).toContain(3_000);
    const narrow = logScale(210, 900);
    expect(narrow.ticks).toEqual([200, 500, 1_000]);
    expect([narrow.at(200), narrow.at(1_000), narrow.at(0)]).toEqual([0, 1, 0]);
  });

  it("of factors name no more than can be read", () => {
    expect(logScale(1e-6, 1e12).ticks.length).toBeLessThanOrEqual(9);
  });

  it("of percentiles give each nine the same room", () => {
    const scale = percentileScale(3);
    expect(scale.ticks.map((part) => Number(part.toFixed(3)))).toEqual([0, 0.5, 0.9, 0.99, 0.999]);
    expect([0, 0.9, 0.99, 0.999, 1].map((part) => Number(scale.at(part).toFixed(6)))).toEqual([
      0, 0.333333, 0.666667, 1, 1,
    ]);
  });
});

describe("numbers for people", () => {
  it("have three digits and a unit", () => {
    expect([87, 1_234, 2_500_000, 0].map(duration)).toEqual(["87 µs", "1.23 ms", "2.5 s", "0 µs"]);
    expect([12_345, 999.5, 0.1234].map(count)).toEqual(["12,345", "1000", "0.123"]);
    expect([1_000, 2_500_000, 12].map(short)).toEqual(["1k", "2.5M", "12"]);
    expect([512, 1_234, 37_800_000].map(bytes)).toEqual(["512 B", "1.23 kB", "37.8 MB"]);
  });

  it("are never rounded to none or all", () => {
    expect([0, 0.000_01, 0.5, 0.999_99, 1].map(percent)).toEqual(["0 %", "< 0.01 %", "50 %", "> 99.99 %", "100 %"]);
  });
});

describe("a plot", () => {
  const axis = { label: "x", scale: linearScale(0, 4), format: String };

  it("is an image with a name, lines with gaps, and its values for a pointer", () => {
    const svg = plotFigure({
      ...{ title: "Answers", summary: "Three of four.", x: axis, y: axis },
      series: [
        {
          name: "one",
          colour: 1,
          points: [
            [0, 1],
            [1, 2],
            [2, Number.NaN],
            [3, 1],
            [4, 4],
          ],
        },
        { name: "two", colour: 2, look: "dots", points: [[2, 2]] },
      ],
    });
    expect(svg).toContain('role="img" aria-label="Answers. Three of four."');
    const [, path = ""] = /class="stroke line c1" d="([^"]*)"/.exec(svg) ?? [];
    expect(path.match(/M/g)).toHaveLength(2);
    expect(svg.match(/<circle/g)).toHaveLength(1);
    expect(svg).toContain("<title>x 2\ntwo: 2</title>");
    expect(svg).not.toContain("NaN");
  });

  it("shows a line of one point as that", () => {
    const series = [{ name: "one", colour: 1, points: [[1, 1]] as const }];
    expect(plotFigure({ title: "a", summary: "b", x: axis, y: axis, series })).toContain("<circle");
  });
});

describe("a page", () => {
  const EVIL = `<script>alert("1")</script>`;

  it("is one file without scripts, in which text is text", () => {
    const html = page(EVIL, EVIL, [
      { title: EVIL, html: tiles([{ label: EVIL, value: EVIL, note: EVIL }]) },
      { html: table([EVIL], [[EVIL, { html: "<b>1</b>" }]]) },
    ]);
    expect(html).not.toContain("<script");
    expect(html).toContain("<td><b>1</b></td>");
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/(src|href)=/);
  });

  it("escapes all that HTML knows", () => {
    expect(escapeHtml(`<a b="c" d='e'>&`)).toBe("&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;");
  });
});
