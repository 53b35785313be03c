import Table from 'cli-table3';
import type { Command } from 'commander';
import type { PartitionDigest } from '../digest/partition-digest.ts';

/** Flags by which digests are asked for. */
export interface DigestFlags {
  readonly digest?: boolean;
  /** Whole, as JSON. */
  readonly json?: boolean;
}

/** Digits that are shown of each digest. */
const SHOWN = 16;

const NOTHING = 'Digests: nothing has come.';

/**
 * The flags of commands that run a range and tell its digests at the end.
 *
 * @param json what `--json` does
 */
export function addDigestOptions(
  command: Command,
  json = 'with --digest: these whole, as a line of JSON',
): Command {
  return command
    .option('--digest', 'at the end, by partition: digests of all outputs and of the state')
    .option('--json', json);
}

/** What came of each partition: a table, or with `json` one line. */
export function digestReport(digests: readonly PartitionDigest[], { json = false }: DigestFlags): string {
  if (json) return JSON.stringify({ digests });
  if (digests.length === 0) return NOTHING;
  const table = new Table({
    head: ['Partition', 'From', 'To', 'Outputs', 'Their digest', 'Dead letters', 'Their digest', 'State'],
    style: { head: [], border: [] },
    colAligns: ['right', 'right', 'right', 'right', 'left', 'right', 'left', 'left'],
  });
  for (const { partition, from, to, outputs, sum, dead, deadSum, state } of digests) {
    const counts = [from, to].map(String);
    const shown = [sum, deadSum, state ?? ''].map((digest) => digest.slice(0, SHOWN));
    table.push([String(partition), ...counts, count(outputs), shown[0], count(dead), shown[1], shown[2]]);
  }
  const late = digests.filter(({ before }) => before > 0).map(({ partition }) => partition);
  const lines = [table.toString()];
  if (late.length > 0) {
    lines.push(
      `Of partition ${late.join(', ')} outputs count from there on only: the state had begun before.`,
    );
  }
  return lines.join('\n');
}

const count = (n: number): string => n.toLocaleString('en-US');
