import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { foretide } from './foretide.ts';
import { recording, workplace } from './workplace.ts';

const { cwd, path, write } = workplace();
const data = write('data.csv', recording(10));
const input = `input={kind: file, paths: ["${data}"], decode: {format: csv, series: sensor, time: time, values: [value]}}`;

test.each([
  [['--tag', 'run=a'], /--tag is for a backfill/],
  [['--fresh'], /--fresh is for a backfill/],
  [['--backfill'], /writes to the InfluxDB of the settings, and they have none/],
])('%j is refused before anything is made', async (flags, message) => {
  const args = ['replay', 'live-forecast', '--set', input, '--no-page', '--into', 'a.db', ...flags];
  const { code, stderr } = await foretide(args, { cwd });
  expect(code).toBe(1);
  expect(stderr).toMatch(message);
  expect(existsSync(path('a.db'))).toBe(false);
});
