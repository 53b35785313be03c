import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { BucketDump } from './influx.ts';
import { Violation } from './violation.ts';

/** @throws Violation with the first line that differs */
export async function sameDump(got: BucketDump, expected: BucketDump): Promise<void> {
  if (got.sha256 === expected.sha256) return;
  const [ours, theirs] = [got, expected].map(({ path }) =>
    createInterface({ input: createReadStream(path) })[Symbol.asyncIterator](),
  );
  for (let line = 1; ; line++) {
    const [a, b] = [await ours!.next(), await theirs!.next()];
    if (a.value === b.value && a.done !== true) continue;
    throw new Violation(
      'I5',
      `${got.lines} points, undisturbed ${expected.lines}; line ${line} is ${String(a.value)}; undisturbed: ${String(b.value)}`,
    );
  }
}
