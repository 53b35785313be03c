import { DURATIONS } from '../../src/metrics/durations.ts';
import { MEASURES } from '../../src/metrics/measures.ts';

/** All metrics of a run as a Markdown table: name, type, labels, what it is. */
export function metricsTable(): string {
  const all = [
    ...MEASURES,
    ...DURATIONS.map(({ name, help }) => ({ name, type: 'histogram', labels: [], help })),
  ];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(['metric', 'type', 'labels', 'what it is']),
    line(['---', '---', '---', '---']),
    ...all.map(({ name, type, labels, help }) =>
      line([`\`${name}\``, type, labels.map((label) => `\`${label}\``).join(', '), help]),
    ),
  ].join('\n');
}
