import { play } from './scenario.ts';
const [from, to] = process.argv.slice(2).map(Number);
const t = performance.now();
let steps = 0, bad = 0;
for (let seed = from!; seed < to!; seed++) {
  const o = await play(seed, process.argv[4] ? { trace: (e) => console.log(e) } : {});
  steps += o.steps;
  if (o.violations.length) { bad++; console.log(seed, o.violations.slice(0, 3), o.about); }
}
console.log({ bad, steps, ms: performance.now() - t });
