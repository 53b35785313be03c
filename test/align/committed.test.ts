import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { align, AlignSettings } from '../../src/align/align.ts';
import { joinedChannels, JoinSettings } from '../../src/align/join-settings.ts';
import { runSettings } from '../../src/config/run-settings.ts';
import { decode } from '../../src/decode/decode.ts';
import { joinedDecoder } from '../../src/decode/joined-decoder.ts';
import { pipeline } from '../../src/pipeline.ts';
import { seededRandom } from '../../src/model/random.ts';
import { Task, type TaskParts } from '../../src/run/task.ts';
import { readingPoints } from '../../src/sink/frame-points.ts';
import { stage, topology } from '../../src/stage.ts';
import { SqliteStore } from '../../src/store/sqlite.ts';
import { dump } from '../checks/dump.ts';
import { messyStream } from '../checks/stream.ts';
import { batchOf, record } from '../checks/topology.ts';
import { partsWith, settingsWith } from '../run/parts.ts';
import { parts } from './joined.ts';

const join = JoinSettings.parse({ channels: ['load', 'flow'], known: ['price'], ahead: 6 });
const WAYS = [
  {
    name: 'on a grid',
    align: { every: '3h', aggregate: 'mean', gaps: 'mask' },
    records: messyStream(9, 900),
  },
  {
    name: 'that joins',
    align: { every: '5s', join },
    records: parts(9, 900, join, 5000).map(({ series, channel, time, value }, offset) =>
      record(offset, {
        s: `${series}/${offset === 17 ? 'heat' : joinedChannels(join)[channel]}`,
        t: time,
        v: value,
      }),
    ),
  },
];

const sqlite = (): SqliteStore => new SqliteStore(':memory:', { retention: 1e15 });

describe.each(WAYS)('a task $name', ({ align: given, records }) => {
  const settings = AlignSettings.parse(given);
  /** Readings to a grid, nothing more. */
  const grid = pipeline({
    name: 'grid',
    about: 'Rows of a grid.',
    settings: z.strictObject(runSettings),
    defaults: {},
    topology: (_, { memory, decoder }) =>
      topology(
        decode(memory, decoder),
        align(memory, settings, decoder.channels.length),
        stage(() => ({})),
      ),
    records: (frame) => [readingPoints(frame)],
  });

  const partsOf = (store: SqliteStore): TaskParts => {
    const { decoder, ...others } = partsWith(store, {
      pipeline: grid as unknown as TaskParts['pipeline'],
      settings: settingsWith(),
    });
    return { ...others, decoder: settings.join ? joinedDecoder(decoder, settings.join) : decoder };
  };

  async function undisturbed() {
    const store = sqlite();
    const task = await Task.open(0, partsOf(store));
    task.push(batchOf(records));
    await task.commit();
    const { used, readings } = task.account();
    return { tables: dump(store.database), used, readings };
  }

  test('accounts for all readings, also for those in buckets that are open at the commit', async () => {
    const { tables, used, readings } = await undisturbed();
    expect(tables.reading.rows).toBeGreaterThan(200);
    expect(used).toBeGreaterThan(2 * tables.reading.rows);
    expect(readings - used).toBeGreaterThan(20); // duplicate or late: in `dead_letter`
    expect(tables.dead_letter.rows).toBeGreaterThan(readings - used);
  });

  test.each([1, 2, 3])(
    'that ends and begins anew in the middle of buckets leaves the same tables (%d)',
    async (seed) => {
      const random = seededRandom(seed);
      const store = sqlite();
      let task = await Task.open(0, partsOf(store));
      for (let at = task.next ?? 0; at < records.length; at = task.next ?? 0) {
        task.push(batchOf(records.slice(at, at + 1 + Math.floor(random() * 40))));
        if (random() < 0.3) task.rollback();
        else await task.commit();
        if (random() < 0.3) {
          task.close();
          task = await Task.open(0, partsOf(store));
        }
      }
      expect(dump(store.database)).toEqual((await undisturbed()).tables);
    },
  );
});
