import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { begin, foretide } from './foretide.ts';
import { workplace } from './workplace.ts';

const { cwd, write } = workplace();
const run = (...args: string[]) => foretide(args, { cwd });

describe('--help', () => {
  test('of the program and of each command: what it does, and examples', { timeout: 60_000 }, async () => {
    const whole = await run('--help');
    expect(whole).toMatchObject({ code: 0, stderr: '' });
    const commands = [...whole.stdout.matchAll(/^ {2}([a-z]+) \[options\]/gm)].map(([, name]) => name!);
    expect(commands).toEqual(expect.arrayContaining(['run', 'check']));
    const helps = await Promise.all(commands.map((command) => run(command, '--help')));
    for (const { code, stdout } of [whole, ...helps]) {
      expect(code).toBe(0);
      expect(stdout).toMatch(/^Examples:\n( {2}\$ foretide .+\n?)+/m);
    }
  });

  test('tells of --workers, not of what a worker is started with', async () => {
    const { stdout } = await run('run', '--help');
    expect(stdout).toContain('--workers <n>');
    expect(stdout).not.toContain('--worker <n>');
  });

  test('names the pipelines that there are', async () => {
    const { stdout } = await run('run', '--help');
    for (const name of ['live-forecast', 'anomaly-alerts', 'replay']) expect(stdout).toContain(name);
  });
});

// Seen to fail without the listener for EPIPE: a stack trace.
test('who has read enough of the output ends the command without a word', async () => {
  const { child, ended } = begin(['check', 'live-forecast'], { cwd });
  child.stdout!.once('data', () => child.stdout!.destroy());
  expect(await ended).toMatchObject({ code: 0, stderr: '' });
});

test('--version is that of the manifest', async () => {
  const manifest = new URL('../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  expect(await run('--version')).toMatchObject({ code: 0, stdout: `${version}\n` });
});

describe('what is typed wrongly', () => {
  test.each([
    ['no command', [], /Usage: foretide/],
    ['an unknown command', ['rnu', 'live-forecast'], /unknown command 'rnu'[^]*run/],
    ['an unknown option', ['run', 'live-forecast', '--sped', 'max'], /unknown option '--sped'[^]*--speed/],
    ['no pipeline', ['run'], /missing required argument 'pipeline'/],
    ['one pipeline too many', ['run', 'replay', 'replay'], /too many arguments/],
    ['a log level that is none', ['run', 'replay', '--log-level', 'loud'], /Allowed choices are debug, info/],
  ])('%s: code 1, and how it is done', async (_, args, message) => {
    const { code, stderr } = await run(...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  test('an unknown pipeline: the near one is named', async () => {
    const { code, stderr } = await run('run', 'live-forcast');
    expect(code).toBe(1);
    expect(stderr).toBe(
      '\n✖ No such pipeline: expected one of live-forecast, anomaly-alerts, replay, or the path of a module, got live-forcast. ' +
        'Did you mean live-forecast?\n  [PIPELINE_NOT_FOUND]\n',
    );
  });

  test('settings: every fault on a line of its own, the code, and no stack', async () => {
    const config = write('wrong.yaml', 'model: {hiden: 3, cell: lstn}\n');
    const { code, stdout, stderr } = await run('run', 'replay', '--config', config, '--set', 'page.port=x');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.split('\n').toSorted()).toEqual([
      '',
      '',
      '',
      '  [SETTINGS_INVALID]',
      '  model.cell: expected one of rnn, lstm, gru, got "lstn"; did you mean lstm?',
      '  model.hiden: no such setting; did you mean hidden?',
      '  page.port: expected number, got "x"',
      '✖ The settings do not fit',
    ]);
  });
});

describe('an old Node', () => {
  const pretending = (version: string) => {
    const versions = JSON.stringify({ ...process.versions, node: version });
    const code = `Object.defineProperty(process, 'versions', { value: ${versions} })`;
    return foretide(['--version'], {
      cwd,
      node: ['--import', `data:text/javascript,${encodeURIComponent(code)}`],
    });
  };

  test.each(['12.22.12', '20.20.2', '22.21.9'])('%s is told which one it needs', async (version) => {
    const { code, stdout, stderr } = await pretending(version);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('foretide needs Node 22.22 or newer');
    expect(stderr).toContain('npm ci');
    expect(stderr).not.toMatch(/^ +at /m);
  });

  test.each(['22.22.0', '24.0.0', '101.0.0'])('%s is new enough', async (version) => {
    expect(await pretending(version)).toMatchObject({ code: 0, stderr: '' });
  });
});
