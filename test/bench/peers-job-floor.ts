/** The floor of the peers' job in a process of its own: kafkajs and `JSON.parse`. It takes and prints what `peers-job-child.ts` does. */
import { Stopwatch } from './stopwatch.ts';
import { consumeTimed } from './timed.ts';

const { KAFKA, TOPIC, GROUP, N } = process.env;
const stopwatch = new Stopwatch(Number(N));
await consumeTimed(stopwatch, [KAFKA!], TOPIC!, GROUP!);
const { whole, secondHalf } = stopwatch.stop();
process.stdout.write(
  `${JSON.stringify({
    events: Number(N),
    eps: Math.round(whole.records / whole.seconds),
    eps_2nd_half: Math.round(secondHalf.records / secondHalf.seconds),
    cpu_s_per_100k: Number(((whole.cpuSeconds / whole.records) * 1e5).toFixed(3)),
    p50_us: 0,
    p99_us: 0,
    rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  })}\n`,
  () => process.exit(),
);
