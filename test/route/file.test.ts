import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { file } from '../../src/route/file.ts';
import { over, told } from './alerts.ts';
import { routeOf } from './route-of.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-file-'));
afterAll(() => rmSync(folder, { recursive: true }));
const never = new AbortController().signal;

test('appends a line of JSON for each, also to what a crash has cut off', async () => {
  const path = join(folder, 'deep/er/alerts.ndjson');
  const receiver = file(routeOf('file', { path }));
  expect(await receiver.check()).toEqual([`file ${path}: alerts are appended`]);
  await receiver.deliver(told({ series: 'a\nb' }), never);
  appendFileSync(path, '{"key":"a');
  await receiver.deliver(over(told()), never);
  const lines = readFileSync(path, 'utf8').split('\n');
  expect(lines[1]).toBe('{"key":"a');
  expect(JSON.parse(lines[0]!)).toMatchObject({ series: 'a\nb', state: 'firing' });
  expect(JSON.parse(lines[2]!)).toMatchObject({ series: 'berlin.press-2', state: 'resolved' });
  expect(lines.length).toBe(4);
});

test('is at fault where it cannot be written', async () => {
  const path = join(folder, 'none');
  await file(routeOf('file', { path })).deliver(told(), never);
  const below = file(routeOf('file', { path: join(path, 'x') }));
  await expect(below.deliver(told(), never)).rejects.toThrow(/EEXIST|ENOTDIR/);
  await expect(below.check()).rejects.toThrow('ENOTDIR');
});
