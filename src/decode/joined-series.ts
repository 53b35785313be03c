import type { Refusal } from './decoder.ts';
import { seriesFault } from './readings.ts';
import { invalid } from './refusal.ts';

/**
 * Joins the values of several fields to the name of a series: `plant/line/sensor`. Only the first value may hold a `/` itself, so that
 * two different sets of values never make one name.
 *
 * @param names of the fields, for the refusal
 */
export function joinedSeries(names: readonly string[]): (values: readonly string[]) => string | Refusal {
  return (values) => {
    for (let i = 1; i < values.length; i++) {
      if (values[i]?.includes('/'))
        return invalid(`${names[i]}: expected no / in a value that is joined by /, got one`);
    }
    const series = values.join('/');
    const fault = seriesFault(series);
    return fault === undefined ? series : invalid(`${names.join('/')}: ${fault}`);
  };
}
