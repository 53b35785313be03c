/** The look of a report: light and dark as the reader's system is, readable on a phone and on paper. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f4f6f9; --surface: #fff; --line: #dde3ea; --grid: #e9edf2; --ink: #17212d; --muted: #566273;
  --ours: #0072c6; --band: rgb(0 114 198 / 20%); --last: #8a6d3b; --season: #a04b93; --mean: #6b7684; --second: #c85f00;
  --good: #0b6e4f; --bad: #b3220d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e141c; --surface: #161e29; --line: #2a3645; --grid: #232e3b; --ink: #e9eef5; --muted: #9dabbc;
    --ours: #4aa8ff; --band: rgb(74 168 255 / 22%); --last: #d3b37a; --season: #db8fd0; --mean: #8b97a6; --second: #f0a04b;
    --good: #6fdcb1; --bad: #ff9a88;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 1240px; padding: 24px 28px 48px; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
h1 { margin: 0; font-size: 22px; line-height: 1.3; }
h2 { margin: 34px 0 10px; font-size: 17px; }
h3 { margin: 0; font-size: 15px; overflow-wrap: anywhere; }
p { margin: 0; }
.data, figcaption p, .note { color: var(--muted); font-size: 13px; }
.data { overflow-wrap: anywhere; }
.verdict { margin: 14px 0 16px; font-size: 18px; max-width: 62em; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); gap: 12px; margin: 0; padding: 0; list-style: none; }
.tiles li, figure, .table { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; }
.tiles li { padding: 14px 16px; }
.tiles b { display: block; font-size: 23px; line-height: 1.3; white-space: nowrap; }
.tiles .good b { color: var(--good); }
.tiles .bad b { color: var(--bad); }
.charts { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 14px; }
figure { margin: 0; padding: 14px 14px 8px; min-width: 0; }
.wide { grid-column: 1 / -1; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 8px 0 2px; padding: 0; list-style: none; font-size: 13px; }
.key { width: 26px; height: 12px; margin-right: 6px; vertical-align: -1px; }
.scroll, .table { overflow-x: auto; }
.chart { display: block; width: 100%; min-width: 460px; height: auto; }
.wide .chart { min-width: 720px; }
.chart text { fill: var(--muted); font-size: 12px; }
.grid { stroke: var(--grid); fill: none; }
.line { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
.ours { stroke: var(--ours); }
.actual { stroke: var(--ink); stroke-width: 1.5; }
.last { stroke: var(--last); stroke-dasharray: 6 3; }
.season { stroke: var(--season); stroke-dasharray: 2 3; }
.mean { stroke: var(--mean); stroke-dasharray: 9 3 2 3; }
.second { stroke: var(--second); }
.goal { stroke: var(--muted); stroke-dasharray: 3 4; stroke-width: 1.4; }
.dot { fill: var(--surface); stroke-width: 1.6; stroke-dasharray: none; }
.area { fill: var(--band); stroke: none; }
.tip { fill: transparent; }
.tip:hover { fill: rgb(127 140 160 / 18%); }
table { border-collapse: collapse; width: 100%; font-size: 13px; }
th, td { padding: 6px 12px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--grid); }
th { color: var(--muted); font-weight: 600; }
th:first-child, td:first-child { text-align: left; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 18px; margin: 0; font-size: 13px; }
dt { font-weight: 600; }
dd { margin: 0; color: var(--muted); }
@media (max-width: 760px) {
  body { padding: 16px 14px 32px; }
  .charts { grid-template-columns: minmax(0, 1fr); }
  dl { grid-template-columns: 1fr; }
}
@media print { figure, .tiles li { break-inside: avoid; } }
`;
