import { randomUUID } from 'node:crypto';
import { makeTopic } from './bench-topic.ts';
import type { EosJob, EosResult } from './eos-child.ts';
import { inChild } from './in-child.ts';

/** What it took to get state back from a changelog. */
export interface RestoreFigures {
  readonly series: number;
  /** Of the longest partition, from when all began. */
  readonly seconds: number;
  readonly bytesPerSeries: number;
  /** Bytes above the empty process. */
  readonly rssPerSeries: number;
}

/** A run of live-forecast on Kafka in a process of its own. */
export function eosInChild(job: EosJob): Promise<EosResult> {
  return inChild(new URL('eos-child.ts', import.meta.url), job, { execArgv: ['--expose-gc'] });
}

/** Settings of live-forecast for a run on Kafka without a sink. */
export function kafkaRunSettings(
  brokers: readonly string[],
  topic: string,
  group: string,
  set: readonly string[],
): string[] {
  return [
    `input={kind: kafka, brokers: ${JSON.stringify(brokers)}, topic: ${topic}, group: ${group}, decode: {format: json}}`,
    'output.kind=none',
    'commit.every=500ms',
    'page.enabled=false',
    ...set,
  ];
}

/** Lets a run take in one reading of each series, and another restore what it kept. */
export function measureRestore(
  brokers: string[],
  series: number,
  partitions: number,
  set: readonly string[],
): Promise<RestoreFigures> {
  return withKeptState(brokers, series, partitions, set, (restore) => restore());
}

/**
 * Lets a run take in one reading of each series, and then others work with what it kept.
 *
 * @param work gets what restores the state in a process of its own, each time anew, and the topic that it lies in
 */
export async function withKeptState<T>(
  brokers: string[],
  series: number,
  partitions: number,
  set: readonly string[],
  work: (restore: () => Promise<RestoreFigures>, changelog: string) => Promise<T>,
): Promise<T> {
  const topic = await makeTopic(brokers, series, partitions, series);
  const group = `bench-${randomUUID()}`;
  const job = {
    store: 'kafka',
    set: kafkaRunSettings(brokers, topic.name, group, set),
    partitions,
  } as const;
  await eosInChild({ ...job, count: series });
  const done = await work(async () => {
    const result = await eosInChild({ ...job, count: 0 });
    if (result.series !== series) throw new Error(`Expected ${series} series, got ${result.series}`);
    return {
      series,
      seconds: result.restoreSeconds,
      bytesPerSeries: result.bytesPerSeries,
      rssPerSeries: (result.rss - result.emptyRss) / series,
    };
  }, `${group}-live-forecast-changelog`);
  await topic.remove();
  return done;
}
