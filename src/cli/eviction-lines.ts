import type { RunSettings } from '../config/run-settings.ts';
import type { Memory } from '../memory/memory.ts';

const HOUR = 3_600_000;

/**
 * What becomes of series of which nothing comes any more, and what that saves. Nothing where they stay for ever.
 *
 * @param memory in which the pipeline's stages have asked for their slots
 */
export function evictionLines(
  { series: { evictAfter, back }, store, ticks, input }: RunSettings,
  memory: Memory,
): readonly string[] {
  const each = memory.bytesPerSeries;
  if (evictAfter === 'off') return [];
  const whole = (ms: number): string => `${Number((ms / HOUR).toPrecision(3))} h`;
  const lines = [
    `series: one of which nothing comes for ${whole(evictAfter)} of event time is given up, its ${each} bytes are the next one's; looked for every ${whole(evictAfter / 8)}`,
  ];
  if (back === 'archive')
    lines.push(`series: what it had, ${each} bytes, is kept on disk for when it comes back, without an end`);
  if (back === 'archive' && input.kind === 'kafka' && store.mode === 'generations')
    lines.push('series: all that is kept so is written again with each generation');
  if (ticks.every === 'off' && input.kind === 'kafka')
    lines.push('series: where nothing comes of a whole partition, its series stay: set ticks.every');
  return lines;
}
