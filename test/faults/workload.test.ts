import { describe, expect, test } from 'vitest';
import { PARTITIONS, workload } from './workload.ts';

describe('workload', () => {
  const load = workload(3, 60_000);

  test('is the same for the same seed only', () => {
    expect(workload(3, 60_000)).toEqual(load);
    expect(workload(4, 60_000)).not.toEqual(load);
  });

  test('one record in a hundred is bad, of each kind', () => {
    for (const count of Object.values(load.bad)) expect(count / load.size).toBeCloseTo(0.01, 2);
  });

  test('each partition has a record that is too large for a dead letter', () => {
    for (const records of load.records)
      expect(records.filter(({ value }) => (value?.length ?? 0) > 800_000)).toHaveLength(1);
    expect(load.records).toHaveLength(PARTITIONS);
  });
});
