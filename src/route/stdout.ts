import { visible } from '../visible.ts';
import type { Receiver } from './receiver.ts';
import type { ToldAlert } from './told-alert.ts';
import { inWords, moment, titleOf } from './words.ts';

/** Standard output: a line for each alert that fires and each that is over. */
export function stdout(write: (line: string) => unknown = (line) => process.stdout.write(line)): Receiver {
  return {
    name: 'stdout',
    check: () => Promise.resolve([]),
    async deliver(alert) {
      write(`${alertLine(alert)}\n`);
    },
  };
}

/** `2014-02-07 03:55 UTC  critical  machine-temperature: surprise  the error of the forecast is …` */
export function alertLine(alert: ToldAlert): string {
  const state = alert.state === 'resolved' ? 'resolved' : alert.severity;
  const line = [moment(alert.time), state.padEnd(8), titleOf(alert), inWords(alert)].join('  ');
  return visible(line.replaceAll(/[\r\n]/g, ' '));
}
