import { inspect } from "node:util";
import type { Paint } from "./colours.ts";
import { inOrder, printable } from "./printable.ts";
import type { Arrival, View } from "./view.ts";

/** What of a value is shown to people; a script shows all. */
const SHOWN = { depth: 8, maxArrayLength: 200, maxStringLength: 10_000 };
/** Publications and items that are shown within a second: nobody reads more, and typing has to go on. */
const MOST_A_SECOND = 100;
const SECOND_MS = 1_000;

export interface TerminalOptions {
  /** Writes whole lines above what is being typed. */
  readonly write: (text: string) => void;
  readonly paint: Paint;
  readonly coloured: boolean;
  /** Characters of a line, as it is now. */
  readonly columns: () => number;
  /** Whether arrivals need be told apart by their connection. */
  readonly several: () => boolean;
}

/** For people: values in colour, and what comes unasked dimmed. */
export function terminalView({ write, paint, coloured, columns, several }: TerminalOptions): View {
  const flow = createFlow((hidden) => write(paint("dim", `… ${hidden.toLocaleString("en-US")} more, not shown`)));
  const show = (value: unknown) =>
    inOrder(inspect(value, { ...SHOWN, colors: coloured, breakLength: Math.max(40, columns() - 8) }));
  const lines = (text: string) => text.split("\n").map(printable).join("\n");
  const number = (id: number) => paint("dim", `#${id} `);

  function arrived({ connection, channel, data, offset, pattern, presence }: Arrival): void {
    const from = `${several() ? `@${connection} ` : ""}${printable(channel)}`;
    const more = [
      offset === undefined ? [] : `offset ${offset}`,
      pattern === undefined ? [] : `by ${printable(pattern)}`,
    ];
    const what = presence === undefined ? "" : paint(presence === "join" ? "green" : "yellow", ` ${presence}`);
    const tail = more.flat().join(", ");
    write(`${paint("cyan", from)}${what} ${show(data)}${tail === "" ? "" : paint("dim", `  ${tail}`)}`);
  }

  return {
    result: (value, { id, ms }) => {
      flow.tell();
      write(
        `${number(id)}${value === undefined ? paint("green", "done") : show(value)}${paint("dim", `  ${shownTime(ms)}`)}`,
      );
    },
    item(value, { id, all }) {
      const shown = () => write(`${number(id)}${paint("dim", "·")} ${show(value)}`);
      if (all) shown();
      else flow.show(shown);
    },
    text: (text) => write(lines(text)),
    arrival: (arrival) => flow.show(() => arrived(arrival)),
    note: (text) => write(paint("dim", lines(text))),
    warn: (text) => write(paint("yellow", lines(text))),
    problem: (text, id) => write(`${id === undefined ? "" : number(id)}${paint("red", lines(text))}`),
  };
}

/** 1.234 → `1.2 ms`, 12345 → `12.3 s`. */
export function shownTime(ms: number): string {
  return ms < 1_000 ? `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** Lets so many through in a second, and tells at its end how many there were beside them. */
function createFlow(told: (hidden: number) => void) {
  let shown = 0;
  let hidden = 0;
  let running = false;
  function tell(): void {
    if (hidden > 0) told(hidden);
    hidden = 0;
  }
  return {
    /** Tells now. */
    tell,
    show(write: () => void): void {
      if (shown >= MOST_A_SECOND) hidden++;
      else {
        shown++;
        write();
      }
      if (running) return;
      running = true;
      setTimeout(() => {
        tell();
        shown = 0;
        running = false;
      }, SECOND_MS).unref();
    },
  };
}
