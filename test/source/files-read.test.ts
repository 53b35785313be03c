import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { InputSettings } from '../../src/config/run-settings.ts';
import { filesRead } from '../../src/source/files-read.ts';

test('files, the bundled ones by where they lie, the file of a run, and nothing of a topic', () => {
  const bundled = 'bundled:ambient_temperature_system_failure.csv';
  const files = filesRead(InputSettings.parse({ kind: 'file', paths: ['a.csv', bundled] }));
  expect([files.length, files[0], existsSync(files[1]!)]).toEqual([2, 'a.csv', true]);
  expect(filesRead(InputSettings.parse({ kind: 'sqlite', path: 'a.db' }))).toEqual(['a.db']);
  expect(filesRead(InputSettings.parse({ kind: 'kafka', brokers: ['b:1'], topic: 't' }))).toEqual([]);
});
