import { describe, expect, test } from 'vitest';
import anomalyAlerts from '../../pipelines/anomaly-alerts.ts';
import { loadSettings } from '../../src/config/load.ts';
import type { RunSettings } from '../../src/config/run-settings.ts';
import { backfillMeaning, backfillSettings } from '../../src/run/backfill-settings.ts';

const liveWith = (output: object, input: object = {}): RunSettings =>
  loadSettings(anomalyAlerts.settings, {
    defaults: {
      input: { kind: 'kafka', brokers: ['k:9092'], topic: 't', group: 'g', from: 1000, ...input },
      output: { kind: 'influxdb', org: 'o', bucket: 'b', ...output },
      routes: [{ kind: 'stdout', name: 'told' }],
    },
  });
const live = liveWith({});
const now = 5000;

test('points go to a bucket beside the live one, all else is as in a replay', () => {
  const settings = backfillSettings('p', live, { now });
  expect(settings).toMatchObject({
    input: { from: 1000, to: 5000 },
    output: { ...live.output, bucket: 'b-replay', tags: {} },
    deadLetters: { kind: 'store' },
    store: { kind: 'sqlite', path: '.foretide/p.backfill.db', sync: 'checkpoint' },
    routes: [],
  });
  const named = backfillSettings('p', live, { into: 'a.db', bucket: 'c', tag: 'run=x=y', now });
  expect([named.store.path, named.output.bucket, named.output.tags]).toEqual(['a.db', 'c', { run: 'x=y' }]);
});

describe('the live bucket', () => {
  test('is taken under a tag that the live run does not have', () => {
    const site = liveWith({ tags: { site: 'a' } });
    const { output } = backfillSettings('p', site, { bucket: 'b', tag: 'run=a', now });
    expect([output.bucket, output.tags]).toEqual(['b', { site: 'a', run: 'a' }]);
  });

  test.each([
    ['without a tag', {}, undefined],
    ['under the same tag', { tags: { run: 'a' } }, 'run=a'],
  ])('is refused %s', (_, output, tag) =>
    expect(() => backfillSettings('p', liveWith(output), { bucket: 'b', tag, now })).toThrow(
      /would take the place of/,
    ),
  );
});

test.each([
  ['no InfluxDB', { kind: 'store', org: undefined, bucket: undefined }, {}, /output\.kind/],
  ['a bucket by its id', {}, { bucket: '0123456789abcdef' }, /an id/],
  ['the live bucket by its id, and no name', { bucket: '0123456789abcdef' }, {}, /an id/],
  ['a tag without a value', {}, { tag: 'run' }, /NAME=VALUE/],
  ['a tag that points have', {}, { tag: 'series=a' }, /NAME=VALUE/],
])('refuses %s', (_, output, wish, message) => {
  const given = 'kind' in output ? ({ ...live, output: { kind: 'store' } } as RunSettings) : liveWith(output);
  expect(() => backfillSettings('p', given, { ...wish, now })).toThrow(message);
});

// Seen to fail without each of the three.
test('is another one where it reads, writes or repeats something else; not where it is reached otherwise', () => {
  const meaningOf = (of: RunSettings, commands = 'live', tag?: string) =>
    backfillMeaning('p', of, backfillSettings('p', of, { tag, now }).output, commands);
  const own = meaningOf(live);
  expect(meaningOf(liveWith({ batchLines: 5 }, { brokers: ['l:9092'] }))).toEqual(own);
  const others = [
    meaningOf(liveWith({}, { from: 1001 })),
    meaningOf(liveWith({}, { to: 3000 })),
    meaningOf(liveWith({}, { series: ['a*'] })),
    meaningOf(liveWith({ bucket: 'c' })),
    meaningOf(live, 'none'),
    meaningOf(live, 'live', 'run=a'),
  ];
  for (const other of others) expect(other).not.toEqual(own);
});
