import { expect, test } from 'vitest';
import { stdout } from '../../src/route/stdout.ts';
import { over, told } from './alerts.ts';

test('a line for each', async () => {
  const lines: string[] = [];
  const receiver = stdout((line) => lines.push(line));
  const alert = told({ severity: 'critical', series: 'a\nb' });
  await receiver.deliver(alert, new AbortController().signal);
  await receiver.deliver(over(alert), new AbortController().signal);
  expect(lines).toEqual([
    expect.stringMatching(/^2026-01-02 03:04 UTC {2}critical {2}a b: surprise {2}the error .*\n$/),
    expect.stringMatching(/^2026-01-02 03:14 UTC {2}resolved {2}a b: surprise {2}the error .*: over\n$/),
  ]);
});
