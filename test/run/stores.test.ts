import { describe, expect, test } from 'vitest';
import { storePlace } from '../../src/run/stores.ts';
import { settingsWith } from './parts.ts';

const KAFKA = 'input={kind: kafka, brokers: ["b:1"], topic: t, group: g, decode: {format: json}}';
const placeOf = (...set: readonly string[]) => storePlace('my-pipeline', settingsWith(...set));

describe('where the state lies', () => {
  test('a file: the one that is named, else one beside the others of its kind', () => {
    expect(placeOf()).toEqual({ kind: 'sqlite', path: '.foretide/my-pipeline.db' });
    expect(placeOf('store.path=x.db')).toEqual({ kind: 'sqlite', path: 'x.db' });
    expect(placeOf(KAFKA, 'store.kind=sqlite')).toMatchObject({ kind: 'sqlite' });
  });

  test('topics for a Kafka input without an end', () => {
    expect(placeOf(KAFKA)).toMatchObject({
      kind: 'kafka',
      topics: {
        changelog: 'g-my-pipeline-changelog',
        outputs: {
          forecast: 'g-my-pipeline-forecast',
          anomaly: 'g-my-pipeline-anomaly',
          event: 'g-my-pipeline-event',
        },
        dead: 'g-my-pipeline-dead',
      },
    });
    expect(placeOf(KAFKA, 'store.topic=mine', 'deadLetters={kind: kafka, topic: d}')).toMatchObject({
      topics: { changelog: 'mine', dead: 'd' },
    });
    expect(placeOf(KAFKA, 'input.to=2026-01-01T00:00:00Z')).toMatchObject({ kind: 'sqlite' });
  });

  test.each([
    ['another input', ['store.kind=kafka']],
    ['an end', [KAFKA, 'input.to=2026-01-01T00:00:00Z', 'store.kind=kafka']],
    ['a file', [KAFKA, 'store.path=x.db']],
    ['outputs in the same file that would be written twice', ['store.onMismatch=reset']],
  ])('not with %s', (_, set) => {
    expect(() => placeOf(...set)).toThrow(expect.objectContaining({ code: 'SETTINGS_INVALID' }));
  });
});
