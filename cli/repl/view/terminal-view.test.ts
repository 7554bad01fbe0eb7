import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { painter } from "./colours.ts";
import { terminalView } from "./terminal-view.ts";

const SOURCE = { id: 1, ms: 1 };

function view(several = false) {
  const lines: string[] = [];
  const shown = terminalView({
    ...{ write: (text) => void lines.push(text), paint: painter(false), coloured: false },
    ...{ columns: () => 80, several: () => several },
  });
  return { lines, ...shown };
}

describe("what is shown at a terminal", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is no more than anybody reads in a second, and then how much more there was", () => {
    const { lines, item } = view();
    for (let n = 0; n < 1_500; n++) item(n, SOURCE);
    expect(lines).toHaveLength(100);
    vi.advanceTimersByTime(1_000);
    expect(lines.at(-1)).toBe("… 1,400 more, not shown");
    item("next", SOURCE);
    expect(lines.at(-1)).toBe("#1 · 'next'");
  });

  it("is told before the result of what it is of, and all where so many were asked for", () => {
    const { lines, item, result } = view();
    for (let n = 0; n < 101; n++) item(n, SOURCE);
    result(undefined, SOURCE);
    expect(lines.slice(-2)).toEqual(["… 1 more, not shown", "#1 done  1.0 ms"]);
    item("asked for", { ...SOURCE, all: true });
    expect(lines.at(-1)).toBe("#1 · 'asked for'");
  });

  it("cannot move the cursor, whoever says it", () => {
    const { lines, arrival, note, problem, result } = view(true);
    const evil = "\u001b[2J\u009b1m\u202e";
    arrival({ connection: "main", channel: evil, data: { [evil]: evil } });
    note(evil);
    problem(evil, 1);
    result(evil, SOURCE);
    expect(lines.join("")).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(lines[1]).toBe("\\u001b[2J\\u009b1m\\u202e");
    expect(lines[0]).toMatch(/^@main \\u001b\[2J/);
  });
});
