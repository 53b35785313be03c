import { pipeline } from '../src/index.ts';
import liveForecast from './live-forecast.ts';

/**
 * Replay: history through the very stages that run live, as fast as it goes.
 *
 * `foretide replay PIPELINE` does so with any pipeline, into a file of its own; this one brings a recording of its own:
 * `npx foretide replay replay --speed 60x`, and space, →, + and − in the terminal, or the page, are its clock.
 */
export default pipeline({
  ...liveForecast,
  name: 'replay',
  about:
    'Runs a recording through the live stages at full speed, or at a multiple of the speed at which it was made.',
  defaults: {
    ...liveForecast.defaults,
    input: {
      kind: 'file',
      paths: ['bundled:ambient_temperature_system_failure.csv'],
      pace: 'max',
      decode: { format: 'csv', seriesName: 'office-temperature', time: 'timestamp', values: ['value'] },
    },
    forecast: { store: [1, 6, 12] },
  },
});
