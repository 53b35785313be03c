import { afterEach, expect, test } from 'vitest';
import { begin, type Begun, foretide } from './foretide.ts';
import { recording, workplace } from './workplace.ts';

const { cwd, write } = workplace();
const data = write('data.csv', recording(400));
const settings = [
  `input={kind: file, pace: max, paths: ["${data}"], decode: {format: csv, series: sensor, time: time, values: [value]}}`,
  'model.hidden=2',
  'store.path=live.db',
  'snapshots.every=24h',
].flatMap((each) => ['--set', each]);
const begun: Begun[] = [];
afterEach(async () => {
  for (const { child, ended } of begun.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
});

const inspected = async (
  ...more: readonly string[]
): Promise<{ readonly state: object; readonly position: number }> => {
  const { stdout, stderr } = await foretide(
    ['inspect', 'live-forecast', ...settings, '--series', 's1', '--json', ...more],
    { cwd },
  );
  expect(stderr).toBe('');
  return JSON.parse(stdout) as { readonly state: object; readonly position: number };
};

test('a series is looked into and put back, in a run that is under way and in one that has ended', async () => {
  const running = begin(['run', 'live-forecast', ...settings, '--port', '0'], { cwd });
  begun.push(running);
  const [, address] = await running.says(/The page stays up at (\S+)/);
  const { stdout } = await foretide(
    ['inspect', 'live-forecast', ...settings, '--series', 's1', '--at', '2026-01-05T12:00:00Z'],
    { cwd },
  );
  expect(stdout).toMatch(/^s1, as of 2026-01-05 12:00:00Z \(partition 0, position 218; run again from the/);
  expect(stdout).toMatch(/forecast h 01 │ s1 +│ 2026-01-05 13:00:00Z │ yhat /);
  expect(stdout).toMatch(/│ cell +│ h of each layer, and C +│ 4 /);
  const before = await inspected();

  const rewind = ['rewind', 'live-forecast', ...settings, '--series', 's1', '--to', '2026-01-05'];
  const told = await foretide(
    [...rewind, '--excise', '2026-01-06..2026-01-06T23:00:00Z', '--page', address!],
    { cwd },
  );
  expect(told.stdout).toBe(
    `s1 has forgotten 2026-01-06T00:00:00.000Z to 2026-01-06T23:00:00.000Z, in the run at ${address}\n`,
  );
  const after = await inspected();
  expect(after.position).toBe(before.position);
  expect(after.state).not.toEqual(before.state);
  const unknown = await foretide([...rewind, '--series', 'nobody', '--page', address!], { cwd });
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('COMMAND_REFUSED')]);

  running.child.kill('SIGTERM');
  await running.ended;
  const alone = await foretide([...rewind, '--set', 'page.enabled=false'], { cwd });
  expect(alone.stdout).toMatch(/^s1 has forgotten 2026-01-05T00:00:00.001Z to 2026-01-09T07:00:00.000Z\n$/);
  expect((await inspected()).state).not.toEqual(after.state);
  const verified = await foretide(['verify', 'live-forecast', ...settings], { cwd });
  expect([verified.code, verified.stderr]).toEqual([0, '']);
}, 120_000);
