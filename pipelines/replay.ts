import { pipeline } from '../src/index.ts';
import liveForecast from './live-forecast.ts';

/** Replay: history through the very stages that run live, as fast as it goes. */
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
