/** One history of the bench of sources in a process of its own, so that its memory is its own. The job comes as the argument, the result goes to the parent. */
import liveForecast from '../../pipelines/live-forecast.ts';
import { loadSettings } from '../../src/config/load.ts';
import { silentLog } from '../../src/log.ts';
import { prepare } from '../../src/run/prepare.ts';
import { run } from '../../src/run/run.ts';
import { giveResult } from './in-child.ts';

export interface SourcesJob {
  /** The section `input` of the settings. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Where the state of the pipeline goes; undefined: records are counted and dropped. */
  readonly store: string | undefined;
}

export interface SourcesResult {
  /** Records without a pipeline, readings with one. */
  readonly count: number;
  readonly seconds: number;
  readonly peakMegabytes: number;
}

const job = JSON.parse(process.argv[2]!) as SourcesJob;
const settings = loadSettings(liveForecast.settings, {
  defaults: {
    input: job.input,
    model: { hidden: 8 },
    output: { kind: 'none' },
    page: { enabled: false },
    ...(job.store !== undefined && { store: { path: job.store } }),
  },
});
const start = performance.now();
const count = await (job.store === undefined ? countOnly() : throughPipeline());
await giveResult({
  count,
  seconds: (performance.now() - start) / 1000,
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
} satisfies SourcesResult);

async function countOnly(): Promise<number> {
  const { source } = await prepare(settings, silentLog);
  let records = 0;
  await source.run(
    {
      open: () => Promise.resolve(null),
      lose: () => Promise.resolve(),
      handle: (batch) => {
        records += batch.records.length;
        return Promise.resolve();
      },
    },
    new AbortController().signal,
  );
  return records;
}

async function throughPipeline(): Promise<number> {
  const running = await run({ pipeline: liveForecast, settings, fresh: true });
  const { readings } = await running.finished;
  await running.stop();
  return readings;
}
