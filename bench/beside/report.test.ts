import { expect, it } from "vitest";

// they are programs for Node.js without types
const load = (file: string) => import(new URL(file, import.meta.url).href);
const { goalsOf } = await load("goals.mjs");
const { peerHtml, peerMarkdown } = await load("report.mjs");

const US = "Fugitive";
const BARE = "bare uWebSockets.js";
const RUN = { machine: "a machine", command: "npm run bench:peers" };

const PAGE = { cpu: 20, script: 5, task: 10, second: 9_000 };

/** What a run might give, of three servers and two rounds. */
const RESULTS = {
  calls: [1, 16].flatMap((depth) => [
    { name: US, depth, costs: [5 / depth, 6 / depth], rates: [20_000, 30_000] },
    { name: BARE, depth, costs: [4, 5], rates: [40_000, 30_000] },
    { name: "ws", depth, costs: [9, 10.8], rates: [30_000, 30_000] },
    { name: "Socket.IO", depth, costs: [15, 18], rates: [9_000, 9_000] },
  ]),
  "fan-out": [10, 1_000].flatMap((subscribers) => [
    { name: US, subscribers, costs: [0.5, 0.6], rates: [1e6, 2e6] },
    { name: BARE, subscribers, costs: [0.45, 0.57], rates: [1e6, 2e6] },
  ]),
  "fan-out-two-workers": [10, 1_000].map((subscribers) => ({ name: US, subscribers, costs: [0.5], rates: [1e6] })),
  "across-workers": [
    { name: US, costs: [2, 3], rates: [300_000, 200_000] },
    { name: "Socket.IO, cluster adapter", costs: [40, 40], rates: [10_000, 10_000] },
  ],
  idle: [
    {
      name: US,
      points: [1_000, 4_000, 10_000].map((connections) => ({ connections, bytes: 2e7 + 1_500 * connections })),
    },
  ],
  connects: [{ name: US, costs: [100], rates: [5_000], storms: [0.5] }],
  heavy: [{ name: US, idle: [1], busy: [2] }],
  connections: [
    {
      name: US,
      points: [
        { at: 10, costs: [5, 5] },
        { at: 1_000, costs: [5, 5] },
      ],
    },
  ],
  sizes: [
    {
      name: US,
      points: [
        { at: 16, costs: [5] },
        { at: 64, costs: [5] },
        { at: 640, costs: [50] },
      ],
    },
  ],
  recovery: [
    {
      ...{ name: US, clients: 2 },
      rounds: [{ published: 9, lost: 1, back: [900], live: [950], missed: 0, repeated: 0, behind: 0 }],
    },
    {
      ...{ name: "Socket.IO, cluster adapter", clients: 2 },
      // one that never came back
      rounds: [{ published: 9, lost: 1, back: [], live: [], missed: 12, repeated: 0, behind: 1 }],
    },
  ],
  browser: [
    { name: US, bytes: 50_000, gzipped: 20_000, later: [4_000], calls: [PAGE], publications: [PAGE] },
    { name: "WebSocket and JSON by hand", bytes: 0, gzipped: 0, later: [], calls: [PAGE], publications: [PAGE] },
  ],
  codecs: [
    { message: "a line of a chat", name: US, bytes: 86, encode: [250], decode: [250] },
    { message: "another", name: US, bytes: 86, encode: [250], decode: [250] },
  ],
};

it("the report names its goals by what was measured in the same round", () => {
  const goals = goalsOf(RESULTS).map(({ value, goal, met }: { value: string; goal: string; met: boolean }) => [
    value,
    goal,
    met,
  ]);
  expect(goals).toEqual([
    ["1.80 ×", "≥ 2.00 ×", false],
    ["28.8 ×", "≥ 2.00 ×", true],
    ["48.0 ×", "≥ 10.0 ×", true],
    ["25.0 ×", "≥ 10.0 ×", true],
    ["0.93 ×", "≥ 0.95 ×", false],
    ["1.50 kB", "≤ 2.00 kB", true],
  ]);
});

it("the report has all that was measured, as a page with plots and as Markdown, and how to repeat it", () => {
  const html = peerHtml(RESULTS, RUN);
  expect(html.match(/<figure>/g)).toHaveLength(22);
  // costs that grow as sizes do, and ones that do not grow with connections
  expect(html).toContain("Fugitive: 1.00");
  expect(html).toContain("Fugitive: 0.00");
  const markdown = peerMarkdown(RESULTS, RUN);
  // whoever was never back counts as long as it was waited for
  expect(markdown).toContain("| 30.00 s |");
  expect(markdown).toContain("| Fugitive | 1 | 5.5 µs (5 µs to 6 µs) | 25k (20k to 30k) |");
  for (const text of [html, markdown]) {
    expect(text).toContain("npm run bench:peers");
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  }
});

it("what was not measured is left out", () => {
  const { heavy } = RESULTS;
  expect(peerMarkdown({ heavy }, RUN)).not.toContain("Goals");
  expect(peerHtml({ heavy }, RUN).match(/<figure>/g)).toHaveLength(1);
});
