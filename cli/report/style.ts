/** The looks of a report, light and dark, on paper as well. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --text: #1b2230; --soft: #5b6677; --line: #dfe3ea; --faint: #eef0f4;
  --c1: #2563c9; --c2: #0e8a7d; --c3: #c2660a; --c4: #c8303f; --c5: #7c46c9; --c6: #5b6677;
  --good: #12805c; --warning: #9a5b00; --bad: #b42333;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #10141b; --card: #181e28; --text: #e7ebf2; --soft: #9aa6b8; --line: #2c3544; --faint: #212936;
    --c1: #6ea8ff; --c2: #3fc9b6; --c3: #f0a04b; --c4: #ff7683; --c5: #b691ff; --c6: #9aa6b8;
    --good: #45c795; --warning: #f0b429; --bad: #ff7683;
  }
}
* { box-sizing: border-box; margin: 0; }
body {
  background: var(--page); color: var(--text); max-width: 84rem; margin: 0 auto;
  padding: clamp(1rem, 3vw, 2.5rem) clamp(1rem, 3vw, 2rem) 3rem;
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
}
header p, small { color: var(--soft); }
h1 { font-size: 1.9rem; line-height: 1.15; letter-spacing: -0.025em; }
h2 { font-size: 1.15rem; letter-spacing: -0.01em; margin-bottom: 0.75rem; }
h3 { font-size: 0.95rem; font-weight: 600; }
header p { margin-top: 0.35rem; overflow-wrap: anywhere; }
section { margin-top: 1.75rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 0.75rem; }
.tile, figure, .scroll, pre, .callout { background: var(--card); border: 1px solid var(--line); border-radius: 0.6rem; }
.tile { padding: 0.8rem 1rem; }
.tile dt { color: var(--soft); font-size: 0.85rem; }
.tile dd { font-size: 1.55rem; font-weight: 600; letter-spacing: -0.02em; line-height: 1.3; font-variant-numeric: tabular-nums; }
.tile small { display: block; font-size: 0.8rem; font-weight: 400; letter-spacing: 0; line-height: 1.4; }
.tile.bad dd { color: var(--bad); }
.callout { padding: 0.7rem 1rem; border-left: 0.3rem solid var(--warning); margin-bottom: 0.6rem; }
.callout.good { border-left-color: var(--good); }
.callout.bad { border-left-color: var(--bad); }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 34rem), 1fr)); gap: 0.9rem; }
figure { padding: 0.9rem 1rem 0.5rem; min-width: 0; }
figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0.2rem 1rem; margin-bottom: 0.4rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0.1rem 0.9rem; list-style: none; padding: 0; font-size: 0.83rem; color: var(--soft); }
.key { display: inline-block; width: 1.1rem; height: 0; border-top: 2.5px solid var(--c); margin-right: 0.4rem; vertical-align: middle; }
.key.dashed { border-top-style: dashed; border-top-width: 2px; }
.key.dots { width: 0.55rem; height: 0.55rem; border: 0; border-radius: 50%; background: var(--c); }
svg { display: block; width: 100%; height: auto; font-size: 12px; }
svg text { fill: var(--soft); }
.end { text-anchor: end; } .mid { text-anchor: middle; }
.note { paint-order: stroke; stroke: var(--card); stroke-width: 4px; }
.tick { font-variant-numeric: tabular-nums; }
.grid { stroke: var(--line); } .minor { stroke: var(--faint); }
.band { fill: var(--faint); }
.level { stroke: var(--soft); stroke-dasharray: 2 4; }
.stroke { fill: none; stroke: var(--c); stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.stroke.dashed { stroke-dasharray: 6 5; stroke-width: 1.6; }
.fill { fill: var(--c); opacity: 0.14; }
.dot { fill: var(--c); }
.bar { fill: var(--c); } .whisker { stroke: var(--text); stroke-width: 1.5; opacity: 0.6; }
svg .name, svg .value { fill: var(--text); font-size: 13px; } svg .value { font-weight: 600; }
.hit { fill: transparent; } .hit:hover { fill: var(--soft); opacity: 0.12; }
.c1 { --c: var(--c1); } .c2 { --c: var(--c2); } .c3 { --c: var(--c3); } .c4 { --c: var(--c4); } .c5 { --c: var(--c5); } .c6 { --c: var(--c6); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.5rem 0.9rem; text-align: right; white-space: nowrap; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--soft); font-weight: 500; }
th:first-child { text-align: left; }
tbody th { font-weight: 500; white-space: normal; min-width: 12rem; }
.facts td { text-align: left; white-space: normal; overflow-wrap: anywhere; }
.facts tbody th { color: var(--soft); width: clamp(7rem, 20%, 12rem); min-width: 0; }
.facts thead { display: none; }
.facts tbody tr:first-child > * { border-top: 0; }
pre { padding: 0.8rem 1rem; white-space: pre-wrap; overflow-wrap: anywhere; font: 0.9rem/1.5 ui-monospace, "SF Mono", Menlo, "Liberation Mono", monospace; }
:focus-visible { outline: 2px solid var(--c1); outline-offset: 2px; }
@media print { body { max-width: none; padding: 0; } figure, .tile, tr { break-inside: avoid; } }
`;
