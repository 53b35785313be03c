import { expect, test } from 'vitest';
import { digestReport } from '../../src/cli/digest-report.ts';
import type { PartitionDigest } from '../../src/digest/partition-digest.ts';

const digest: PartitionDigest = {
  partition: 3,
  from: 10,
  to: 12_345,
  before: 0,
  outputs: 45_678,
  sum: 'ab'.repeat(32),
  dead: 2,
  deadSum: 'cd'.repeat(32),
  state: 'ef'.repeat(32),
};

test('shows the beginning of each digest by partition', () => {
  const text = digestReport([digest], {});
  expect(text).toMatch(/│ +3 │ +10 │ +12345 │ +45,678 │ (ab){8} │ +2 │ (cd){8} │ (ef){8} │/);
  expect(text).not.toContain('the state had begun before');
});

test('says of which partitions the sums are not of all', () => {
  expect(digestReport([digest, { ...digest, partition: 4, before: 10 }], {})).toContain(
    'Of partition 4 outputs count from there on only: the state had begun before.',
  );
});

test('as JSON they are whole', () => {
  expect(JSON.parse(digestReport([digest], { json: true }))).toEqual({ digests: [digest] });
});

test('says so where nothing has come', () => {
  expect(digestReport([], {})).toBe('Digests: nothing has come.');
});
