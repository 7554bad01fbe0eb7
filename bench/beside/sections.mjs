// The sections of the report, one for each thing that was measured.
import { barsFigure } from "../../dist/cli/report/bars.js";
import { count, short } from "../../dist/cli/report/format.js";
import { plotFigure } from "../../dist/cli/report/plot.js";
import { linearScale } from "../../dist/cli/report/scale.js";
import { median } from "../lib/statistics.mjs";
import { CLIENT_SECTIONS } from "./client-sections.mjs";
import { bars, COLOURS, exponents, GREY, growth, micro, per, range, spread } from "./figures.mjs";
import { idleSlope, US } from "./goals.mjs";

/** Where growth with size is looked at: below, what each call costs anyway weighs more. */
const GROWS_FROM = 64;

/** Sections of the report, by what was measured: a title, what is to be known of it, figures, and the rows of a table. */
export const SECTIONS = {
  calls: (arms) => ({
    title: "Calls",
    text: "32 connections call a procedure that adds two numbers, each again when it is answered: one call at a time, or sixteen, which the protocol of Fugitive sends as one frame.",
    figures: [1, 16].map((depth) => {
      const title = depth === 1 ? "One call at a time" : "Sixteen at a time";
      return bars(
        title,
        "CPU of the server per call; less is better",
        arms.filter((arm) => arm.depth === depth),
        "costs",
        micro,
        "least",
      );
    }),
    head: ["", "at a time", "CPU per call", "calls a second"],
    rows: arms.map(({ name, depth, costs, rates }) => [
      name,
      String(depth),
      spread(costs, micro),
      spread(rates, short),
    ]),
  }),
  "fan-out": (arms) => fanOut("One to many, in one process", arms),
  "fan-out-two-workers": (arms) => fanOut("One to many, over two workers", arms),
  "across-workers": (arms) => ({
    title: "From worker to worker",
    text: "Publications of a client of one worker to a subscriber of another; CPU of all processes of the server.",
    figures: [
      bars("Publications a second", "more is better", arms, "rates", short, "most"),
      bars("CPU of all processes", "per publication; less is better", arms, "costs", micro, "least"),
    ],
    head: ["", "a second", "CPU each"],
    rows: arms.map(({ name, costs, rates }) => [name, spread(rates, short), spread(costs, micro)]),
  }),
  idle: (arms) => ({
    title: "Idle connections",
    text: "Resident memory that connections add, which have shaken hands and say nothing. What grows once, such as the young generation of a heap, weighs on the first thousands; the slope is what each further one takes.",
    figures: [
      plotFigure({
        title: "Memory",
        summary: arms.map((arm) => `${arm.name}: ${(idleSlope(arm) / 1_000).toFixed(2)} kB each`).join(", "),
        x: {
          label: "connections",
          scale: linearScale(
            0,
            Math.max(...arms.flatMap(({ points }) => points.map(({ connections }) => connections))),
          ),
          format: short,
        },
        y: {
          label: "megabytes",
          scale: linearScale(0, Math.max(...arms.flatMap(({ points }) => points.map(({ bytes }) => bytes))) / 1e6),
          format: count,
        },
        series: arms.map(({ name, points }) => ({
          ...{ name, colour: COLOURS.get(name) ?? GREY },
          points: [[0, 0], ...points.map(({ connections, bytes }) => [connections, bytes / 1e6])],
        })),
      }),
      barsFigure({
        ...{
          title: "Each further connection",
          summary: "By the slope.",
          label: "kilobytes; less is better",
          format: (value) => `${value.toFixed(2)} kB`,
        },
        bars: arms
          .map((arm) => ({ name: arm.name, value: idleSlope(arm) / 1_000, colour: arm.name === US ? 1 : GREY }))
          .sort((one, other) => one.value - other.value),
      }),
    ],
    head: ["", ...(arms[0]?.points ?? []).map(({ connections }) => `of ${count(connections)}`), "each further one"],
    rows: arms.map((arm) => [
      arm.name,
      ...arm.points.map(({ connections, bytes }) => `${(bytes / connections / 1_000).toFixed(2)} kB`),
      `${(idleSlope(arm) / 1_000).toFixed(2)} kB`,
    ]),
  }),
  connects: (arms) => ({
    title: "Connections that come",
    text: "TCP, HTTP, the protocol's handshake, and the end, 32 at a time; and 2,000 at the same moment, as after an outage.",
    figures: [
      bars("CPU of the server per connection", "less is better", arms, "costs", micro, "least"),
      bars(
        "2,000 at once",
        "seconds until all are there; less is better",
        arms,
        "storms",
        (value) => `${value.toFixed(2)} s`,
        "least",
      ),
    ],
    head: ["", "CPU each", "a second", "2,000 at once"],
    rows: arms.map(({ name, costs, rates, storms }) => [
      name,
      spread(costs, micro),
      spread(rates, short),
      spread(storms, (value) => `${value.toFixed(2)} s`),
    ]),
  }),
  heavy: (arms) => ({
    title: "Light calls beside heavy ones",
    text: "One client calls every 5 ms; another one asks for 0.1 s of hashing every 0.4 s. Fugitive has threads for that; the others hash where they serve, as they have nothing else of their own.",
    figures: [
      barsFigure({
        ...{
          title: "99 of 100 light calls",
          summary: "While others hash.",
          label: "milliseconds, while others hash; less is better",
          format: (value) => `${value.toFixed(1)} ms`,
        },
        bars: arms.map(({ name, busy }) => ({
          name,
          value: median(busy),
          range: range(busy),
          colour: name === US ? 1 : GREY,
        })),
      }),
    ],
    head: ["", "p99 idle", "p99 beside hashing"],
    rows: arms.map(({ name, idle, busy }) => {
      const milli = (value) => `${value.toFixed(1)} ms`;
      return [name, spread(idle, milli), spread(busy, milli)];
    }),
  }),
  connections: (arms) =>
    growing(
      "How a call's cost grows with connections",
      "connections",
      short,
      arms,
      "32 calls are under way at a time, on whichever connections.",
    ),
  sizes: (arms) =>
    growing(
      "How a call's cost grows with its size",
      "bytes that come back",
      short,
      arms,
      `The exponents are of ${GROWS_FROM} bytes and more. The text cannot be deflated to much less.`,
      GROWS_FROM,
    ),
  ...CLIENT_SECTIONS,
};

function growing(title, label, format, arms, text, from) {
  return {
    title,
    text: `${text} Behind each name is the exponent k of cost ~ n^k: the slope of its line.`,
    figures: [growth("CPU of the server per call", { label, format }, per, arms, from)],
    head: ["", ...(arms[0]?.points ?? []).map(({ at }) => count(at)), "exponent"],
    rows: arms.map(({ name, points }) => [
      name,
      ...points.map(({ costs }) => spread(costs, micro)),
      spread(exponents(points, from), (value) => value.toFixed(2)),
    ]),
  };
}

function fanOut(title, arms) {
  const names = [...new Set(arms.map(({ name }) => name))];
  const lines = names.map((name) => ({
    name,
    points: arms
      .filter((arm) => arm.name === name)
      .map(({ subscribers, costs }) => ({ at: subscribers, costs: costs.map((cost) => cost * subscribers) })),
  }));
  const shown = lines.filter(({ name }) => COLOURS.has(name) || names.length < 5);
  const many = arms.filter(({ subscribers }) => subscribers === 1_000);
  return {
    title,
    text: "One client publishes small messages, each goes to all subscribers. Behind each name is the exponent of how a publication's cost grows with subscribers.",
    figures: [
      bars("One to a thousand", "CPU of the server per delivery; less is better", many, "costs", micro, "least"),
      growth("A publication to all", { label: "subscribers", format: short }, per, shown),
    ],
    head: ["", "subscribers", "CPU per delivery", "deliveries a second"],
    rows: arms.map(({ name, subscribers, costs, rates }) => [
      name,
      count(subscribers),
      spread(costs, micro),
      spread(rates, short),
    ]),
  };
}
