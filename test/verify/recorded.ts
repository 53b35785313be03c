import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import anomalyAlerts from '../../pipelines/anomaly-alerts.ts';
import { loadSettings } from '../../src/config/load.ts';
import { prepare } from '../../src/run/prepare.ts';
import { silentLog } from '../../src/log.ts';
import { Task } from '../../src/run/task.ts';
import { SqliteStore } from '../../src/store/sqlite.ts';
import { messyStream } from '../checks/stream.ts';
import { batchOf } from '../checks/topology.ts';

/** Records of each file. */
export const LENGTH = 700;
const START = Date.UTC(2026, 0, 1);

/** Files of a recording in a folder: one JSON a line. */
export function recordFiles(folder: string, length = LENGTH): string[] {
  return [1, 2].map((seed) => {
    const path = join(folder, `${seed}-${length}.ndjson`);
    // a line that is blank is no record
    const lines = messyStream(seed, length).map(
      ({ value }) => `${Buffer.from(value ?? 'null').toString()}\n`,
    );
    writeFileSync(path, lines.join(''));
    return path;
  });
}

/** Settings of a run of these files into this store. */
export function settingsOf(paths: readonly string[], store: string, ...set: readonly string[]) {
  return loadSettings(anomalyAlerts.settings, {
    defaults: {
      input: { kind: 'file', paths, decode: { format: 'json', series: 's', time: 't', values: ['v'] } },
      model: { hidden: 2, horizon: 2 },
      forecast: { store: [1, 2] },
      novelty: { warmUp: 50 },
      alerts: { raise: 0.15, clear: 0.1, critical: 0.3, warmUp: 40 },
      store: { path: store, retention: '3650d' },
      page: { enabled: false },
      digest: true,
    },
    set,
  });
}

/** Runs them as far as `to` in each partition, with commands in the middle, in commits of some records, opening its tasks anew now and then. */
export async function record(settings: ReturnType<typeof settingsOf>, to = LENGTH): Promise<void> {
  const { decoder, model } = await prepare(settings, silentLog);
  const store = new SqliteStore(settings.store.path!, { ...settings.store });
  const stop = new AbortController().signal;
  const shared = { pipeline: anomalyAlerts, settings, decoder, model, store, stop };
  const parts = { ...shared, sink: undefined, deadLetters: undefined };
  for (const partition of [0, 1]) {
    const records = messyStream(partition + 1, LENGTH).map((one) =>
      one.value === null ? { ...one, value: Buffer.from('null') } : one,
    );
    let task = await Task.open(partition, parts);
    for (let at = task.next ?? 0; at < to; at += 70) {
      const some = records.slice(at, Math.min(to, at + 70));
      task.push({ ...batchOf(some), partition });
      if (at === 210) task.command({ kind: 'tick', time: START + 300 * 3_600_000 });
      if (at === 350) task.command({ kind: 'mute', series: 'series-1', until: START + 500 * 3_600_000 });
      await task.commit();
      if (at % 210 !== 0) continue;
      task.close();
      task = await Task.open(partition, parts);
    }
    task.close();
  }
  await store.close();
}
