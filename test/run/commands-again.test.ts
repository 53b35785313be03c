import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import anomalyAlerts from '../../pipelines/anomaly-alerts.ts';
import type { Command, LoggedCommand } from '../../src/command.ts';
import { loadSettings } from '../../src/config/load.ts';
import { silentLog } from '../../src/log.ts';
import type { Pipeline } from '../../src/pipeline.ts';
import { CommandsAgain } from '../../src/run/commands-again.ts';
import { loggedCommands } from '../../src/run/logged-commands.ts';
import { run, type RunOptions } from '../../src/run/run.ts';
import { dump } from '../checks/dump.ts';
import { recordings } from '../source/recording.ts';

const write = recordings();
const folder = mkdtempSync(join(tmpdir(), 'foretide-commands-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What comes to the handler behind it, as texts. */
function recording(
  commands: readonly LoggedCommand[],
  to = Infinity,
  { position = null, given = [] }: { position?: number | null; given?: readonly LoggedCommand[] } = {},
) {
  const came: string[] = [];
  const again = new CommandsAgain({
    handler: {
      open: async () => position,
      lose: async () => undefined,
      handle: async ({ records, next }) =>
        void came.push(`${records.map(({ offset }) => offset).join()}→${next}`),
      command: async (_, command) =>
        void came.push(`${command.kind} ${command.kind === 'tick' ? command.time : ''}`),
    },
    commands: new Map([[0, commands]]),
    to,
    given: new Map([[0, given]]),
  });
  const hand = (offsets: readonly number[], next: number): Promise<void> => {
    const records = offsets.map((offset) => ({ offset, key: null, value: null }));
    return again.handle({ partition: 0, records, next });
  };
  return { came, again, hand };
}
const tick = (time: number): Command => ({ kind: 'tick', time });
const logged = (...all: readonly (readonly [number, Command])[]): LoggedCommand[] =>
  all.map(([before, command], i) => ({ number: i + 1, before, command }));

test('each stands before the record that it stood before, in whatever batches these come', async () => {
  const { came, again, hand } = recording(
    logged([2, tick(1)], [2, tick(2)], [5, tick(3)], [6, tick(4)], [9, tick(5)]),
  );
  await again.open(0);
  await hand([0, 1, 2, 3], 4);
  await hand([5], 6); // 4 is none of ours
  await hand([6, 7], 9);
  await again.end(0);
  expect(came).toEqual([
    '0,1→2',
    'tick 1',
    'tick 2',
    '2,3→4',
    '→5',
    'tick 3',
    '5→6',
    'tick 4',
    '6,7→9',
    'tick 5',
  ]);
});

test('those from before the range, and ticks from behind it, are left out', async () => {
  const commands = logged([3, tick(1)], [5, tick(2)], [6, tick(10)], [6, tick(99)], [7, tick(11)]);
  const { came, again, hand } = recording(commands, 50);
  await again.open(0);
  await hand([5], 6);
  await again.end(0);
  expect(came).toEqual(['5→6', 'tick 10']);
});

// Seen to fail where all at the position count as given, and where none does.
test('gone on with, at a committed position: those of it that were committed are not given again, the others are', async () => {
  const commands = logged([3, tick(1)], [5, tick(2)], [5, tick(2)], [5, tick(3)], [7, tick(4)]);
  const { came, again, hand } = recording(commands, Infinity, {
    position: 5,
    given: logged([3, tick(1)], [5, tick(2)]),
  });
  await again.open(0);
  await hand([5, 6], 7);
  // opened once more, all that was given by then is not left
  await again.open(0);
  await again.end(0);
  expect(came).toEqual(['tick 2', 'tick 3', '5,6→7']);
});

// Seen to fail where only what a record has moved counts as behind the last one.
test('gone on with behind the last record, it gives what is left there', async () => {
  const { came, again } = recording(
    logged([3, tick(1)], [7, tick(4)], [7, tick(5)], [8, tick(6)]),
    Infinity,
    {
      position: 7,
      given: logged([3, tick(1)], [7, tick(4)]),
    },
  );
  await again.open(0);
  await again.end(0);
  expect(came).toEqual(['tick 5']);
});

// Seen to fail without the commands, and with each given one record late.
test('a run with feedback and a mute, replayed with them, leaves the same tables', async () => {
  const HOUR = 3_600_000;
  const lines = Array.from({ length: 900 }, (_, i) => {
    const odd = i > 500 && i % 60 < 3 ? 15 : 0;
    return `${new Date(1.7e12 + i * HOUR).toISOString()},${(Math.sin(i / 4) + odd).toFixed(3)}\n`;
  });
  const path = write(`time,value\n${lines.join('')}`);
  const pipeline = anomalyAlerts as unknown as Pipeline;
  const start = (db: string, options: Partial<RunOptions> = {}, page = false) =>
    run({
      pipeline,
      settings: loadSettings(pipeline.settings, {
        defaults: {
          input: {
            kind: 'file',
            paths: [path],
            decode: { format: 'csv', seriesName: 'm', time: 'time', values: ['value'] },
          },
          model: { hidden: 2, horizon: 2 },
          commit: { readings: 20 },
          page: { enabled: page, port: 0 },
          store: { path: join(folder, db) },
        },
      }),
      ...options,
    });
  const live = await start('live.db', { pace: { kind: 'times', factor: 1_000_000 } }, true);
  live.replay!({ action: 'pause' });
  const step = async (readings: number, upTo: number): Promise<void> => {
    live.replay!({ action: 'step', readings });
    await vi.waitFor(() => expect(live.status().replay!.position).toBe(1.7e12 + upTo * HOUR), 5000);
    // what has come is committed by time, and only then told
    await vi.waitFor(() => expect(live.status().readings).toBe(upTo + 1), 5000);
  };
  const post = async (what: string, body: object): Promise<void> => {
    const answer = await fetch(`${live.address}/api/alerts/${what}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(200);
  };
  await vi.waitFor(() => expect(live.status().replay!.next).not.toBeNull());
  await step(543, 542);
  await post('feedback', { series: 'm', isTrue: false });
  await step(20, 562);
  await post('mute', { series: '*', until: 1.7e12 + 700 * HOUR });
  live.replay!({ action: 'speed', speed: Infinity });
  live.replay!({ action: 'resume' });
  await live.finished;
  await live.stop();
  const commands = await loggedCommands({ kind: 'sqlite', path: join(folder, 'live.db') }, silentLog);
  expect(commands.get(0)?.map(({ before }) => before)).toEqual([543, 563]);

  const without = await start('without.db');
  await without.finished;
  await without.stop();
  const again = await start('again.db', { commands });
  await again.finished;
  await again.stop();
  const tables = dump(join(folder, 'live.db'));
  expect(tables.alert.rows).toBeGreaterThan(0);
  expect(dump(join(folder, 'again.db'))).toEqual(tables);
  expect(dump(join(folder, 'without.db')).state).not.toEqual(tables.state);
});

test('a store that is not there has none', async () => {
  expect(await loggedCommands({ kind: 'sqlite', path: join(folder, 'none.db') }, silentLog)).toEqual(
    new Map(),
  );
});
