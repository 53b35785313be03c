import { expect, test } from 'vitest';
import { alert } from '../../src/alert/alert.ts';
import { AlertSettings } from '../../src/alert/settings.ts';
import { align, AlignSettings } from '../../src/align/align.ts';
import { judge } from '../../src/detect/judge.ts';
import { silence } from '../../src/detect/silence.ts';
import { Memory } from '../../src/memory/memory.ts';

test.each([
  ['alert', (memory: Memory) => alert(memory, AlertSettings.parse({}))],
  ['judge', (memory: Memory) => judge(memory, 1)],
  ['silence', (memory: Memory) => silence(memory)],
])('%s cannot take back what it has told', (name, build) => {
  const memory = new Memory();
  align(memory, AlignSettings.parse({ every: '1m', grace: '1m' }));
  expect(() => build(memory)).toThrow(
    expect.objectContaining({
      code: 'PIPELINE_INVALID',
      message: expect.stringContaining(`The stage ${name}`),
    }),
  );
  const usual = new Memory();
  align(usual, AlignSettings.parse({ every: '1m' }));
  expect(() => build(usual)).not.toThrow();
});
