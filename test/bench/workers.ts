import { randomUUID } from 'node:crypto';
import { fillTopic, makeTopicOf } from './bench-topic.ts';
import { inChild } from './in-child.ts';
import { kafkaRunSettings } from './kafka-restore.ts';
import { sensorReadings } from './readings.ts';
import type { ScaleOutJob, ScaleOutProgress, ScaleOutResult } from './scale-out-child.ts';

/** What workers of one group are to do. */
export interface WorkersJob {
  readonly workers: number;
  readonly readings: number;
  readonly series: number;
  /** Readings of each worker after which it is measured: its code is compiled then. */
  readonly warm: number;
  readonly partitions: number;
  /** Settings of live-forecast as `path=value`. */
  readonly set: readonly string[];
}

export interface WorkersFigures {
  readonly workers: number;
  /** Of all workers together, after their warm readings. */
  readonly cpuSecondsPer100k: number;
  /** From the first record on. */
  readonly wholeCpuSecondsPer100k: number;
  readonly readingsPerSecond: number;
  readonly commits: number;
  readonly rowsPerReading: number;
}

/**
 * live-forecast by workers of one group, each in a process of its own, from Kafka, with state in Kafka, without a sink. The topic is filled when
 * each worker has its share of the partitions.
 */
export async function withWorkers(
  brokers: string[],
  { workers, readings, series, warm, partitions, set }: WorkersJob,
): Promise<WorkersFigures> {
  const topic = await makeTopicOf(brokers, [], partitions);
  const job: ScaleOutJob = {
    set: kafkaRunSettings(brokers, topic.name, `bench-${randomUUID()}`, set),
    warm,
  };
  const progress = new Map<number, ScaleOutProgress>();
  const enders = new Map<number, (message: string) => void>();
  const shared = Promise.withResolvers<void>();
  const through = Promise.withResolvers<void>();
  const results = Array.from({ length: workers }, (_, worker) =>
    inChild<ScaleOutResult>(new URL('scale-out-child.ts', import.meta.url), job, {
      onProgress: (told, answer) => {
        progress.set(worker, told as ScaleOutProgress);
        enders.set(worker, answer);
        const all = [...progress.values()];
        if (all.length === workers && all.every(({ open }) => open === partitions / workers))
          shared.resolve();
        if (all.reduce((sum, one) => sum + one.readings, 0) >= readings) through.resolve();
      },
    }),
  );
  const failed = Promise.all(results);
  await Promise.race([shared.promise, failed]);
  const begun = performance.now();
  await fillTopic(brokers, topic.name, sensorReadings(readings, series), partitions);
  await Promise.race([through.promise, failed]);
  const seconds = (performance.now() - begun) / 1000;
  for (const end of enders.values()) end('end');
  const all = await failed;
  await topic.remove();
  const sum = (of: (one: ScaleOutResult) => number): number => all.reduce((total, one) => total + of(one), 0);
  const whole = sum((one) => one.wholeReadings);
  if (whole !== readings) throw new Error(`Expected ${readings} readings, got ${whole}`);
  const measured = sum((one) => one.readings);
  return {
    workers,
    cpuSecondsPer100k: (sum((one) => one.cpuSeconds) / measured) * 100_000,
    wholeCpuSecondsPer100k: (sum((one) => one.wholeCpuSeconds) / whole) * 100_000,
    readingsPerSecond: readings / seconds,
    commits: sum((one) => one.commits),
    rowsPerReading: sum((one) => one.rows) / measured,
  };
}
