import type { JoinSettings } from '../align/join-settings.ts';
import type { RunSettings } from '../config/run-settings.ts';

/** What a join makes of which names, and what nobody can see beforehand: that the parts of a series come together. Nothing without a join. */
export function joinLines(
  join: JoinSettings | undefined,
  input: Pick<RunSettings['input'], 'kind'> & { readonly paths?: readonly string[] },
): readonly string[] {
  if (!join) return [];
  const { channels, known, separator, ahead } = join;
  const named = (names: readonly string[]): string =>
    names.map((name) => `KEY${separator}${name}`).join(', ');
  const lines = [`join: ${named(channels)} become channels of KEY`];
  if (known.length > 0) lines.push(`join: ${named(known)} too, known ${ahead} steps ahead, not forecast`);
  if (input.kind === 'kafka')
    lines.push('join: the parts of a KEY must come in one partition: give their records the same Kafka key');
  if (input.kind === 'file' && input.paths && input.paths.length > 1)
    lines.push('join: the parts of a KEY must come in one file: each file is a partition of its own');
  return lines;
}
