import type { LoggedCommand } from '../command.ts';

/**
 * Readings that rewinds have left out. The rows that they hold mean nothing to a second task: it does not take these readings in, in place of that.
 *
 * @param before number of a command; later ones do not count
 */
export function leftBy(
  commands: readonly LoggedCommand[],
  before = Infinity,
): (series: string, time: number) => boolean {
  const rewinds = commands.flatMap(({ number, command }) =>
    command.kind === 'rewind' && number < before ? [command] : [],
  );
  return (series, time) =>
    rewinds.some(({ series: of, left: [from, to] }) => of === series && time >= from && time <= to);
}
