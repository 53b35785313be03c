import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { flagsOf } from '../../src/cli/flags-of.ts';
import { addSettingsOptions } from '../../src/cli/settings-options.ts';

function command(): Command {
  return addSettingsOptions(new Command())
    .argument('<name>')
    .option('--fresh')
    .option('--no-page')
    .option('--port <port>')
    .option('--workers <n>')
    .option('--log-level <level>', '', 'info');
}

function flags(...args: string[]): readonly string[] {
  return flagsOf(command().parse(args, { from: 'user' }), new Set(['--workers']));
}

describe('flagsOf', () => {
  test.each([
    ['none', ['a']],
    ['one that is repeated, in its order', ['--set=b=1', '--set=a=2', 'a']],
    ['one that is negated', ['--no-page', 'a']],
    ['one without a value', ['--fresh', 'a']],
    ['values that look like flags, or are empty', ['--config=--x', '--set=-1', '--set=', 'a']],
    ['a default that was given', ['--log-level=info', 'a']],
  ])('%s: the same as they were given', (_, args) => {
    expect(flags(...args)).toEqual(args.slice(0, -1));
  });

  test('short ones and ones apart from their value are the same in another form', () => {
    expect(flags('-s', 'a=1', 'a', '--config', 'x y.yaml')).toEqual(['--config=x y.yaml', '--set=a=1']);
  });

  test('leaves out what it is told to, and the argument', () => {
    expect(flags('--workers', '4', 'a', '--port', '0')).toEqual(['--port=0']);
  });
});
