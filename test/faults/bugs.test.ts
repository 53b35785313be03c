import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BUGS, withBug } from './bugs.ts';

const SRC = new URL('../../src/', import.meta.url);

describe('seeded bugs', () => {
  for (const [bug, { changes }] of Object.entries(BUGS)) {
    test(`${bug}: there is still a place for it in the sources`, () => {
      for (const file of new Set(changes.map((change) => change.file))) {
        const source = readFileSync(new URL(file, SRC), 'utf8');
        expect(withBug(bug, file, source)).not.toBe(source);
      }
    });
  }

  test('where the sources have moved on it says so', () => {
    expect(() => withBug('fencing skipped', 'store/kafka-partition.ts', 'nothing of the kind')).toThrow(
      'does not hold once',
    );
  });
});
