import type { Command } from 'commander';

/**
 * The flags that a command was called with, as the command line has them: defaults are left out, and what `except` names (by its
 * long flag).
 */
export function flagsOf(command: Command, except: ReadonlySet<string>): readonly string[] {
  return command.options.flatMap((option) => {
    const name = option.attributeName();
    const flag = option.long!;
    if (except.has(flag) || command.getOptionValueSource(name) !== 'cli') return [];
    const value: unknown = command.getOptionValue(name);
    // two options of one name: --page and --no-page
    if (typeof value === 'boolean') return value === option.negate ? [] : [flag];
    return [value].flat().map((each) => `${flag}=${String(each)}`);
  });
}
