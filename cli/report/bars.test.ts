import { describe, expect, it } from "vitest";
import { barsFigure } from "./bars.ts";

const BARS = { title: "Calls", summary: "Less is better.", label: "µs", format: (value: number) => `${value} µs` };

describe("bars", () => {
  it("are as long as their values beside the longest, which is that of the widest range", () => {
    const html = barsFigure({
      ...BARS,
      bars: [
        { name: "one", value: 5, colour: 1 },
        { name: "two", value: 8, range: [7, 10] },
      ],
    });
    const widths = [...html.matchAll(/class="bar c\d" x="210" y="\d+" width="([\d.]+)"/g)].map(([, width]) =>
      Number(width),
    );
    expect(widths).toEqual([170, 272]);
    expect(html).toContain("two: 8 µs, 7 µs to 10 µs");
  });

  it("of nothing can be seen all the same, and names are nothing but text", () => {
    const html = barsFigure({ ...BARS, bars: [{ name: "<b>", value: 0 }] });
    expect(html).toContain('width="1"');
    expect(html).not.toContain("<b>");
  });
});
