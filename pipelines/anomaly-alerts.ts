import { z } from 'zod';
// prettier-ignore
import {
  align, AlignSettings, anomalyPoints, decode, detect, eventPoints, forecast, forecastPoints, ForecastSettings,
  learn, pipeline, readingPoints, recur, runSettings, scale, ScaleSettings, score, topology,
} from '../src/index.ts';

/** Anomaly alerts: a reading outside the 99 % band of its forecast is an alert. Plays a machine's months before its failure. */
export default pipeline({
  name: 'anomaly-alerts',
  about: 'Alerts when a reading leaves the 99 % band of its forecast.',
  settings: z.strictObject({
    ...runSettings,
    align: AlignSettings,
    scale: ScaleSettings,
    forecast: ForecastSettings,
  }),
  defaults: {
    input: {
      kind: 'file',
      paths: ['bundled:machine_temperature_system_failure.csv'],
      pace: '3m',
      decode: { format: 'csv', seriesName: 'machine-temperature', time: 'timestamp', values: ['value'] },
    },
    forecast: { store: [1] },
  },
  topology: (settings, { memory, decoder, model }) =>
    topology(
      decode(memory, decoder),
      align(memory, settings.align, model.channels),
      scale(memory, model.channels, settings.scale),
      recur(memory, model, settings.forecast),
      forecast(memory, model, settings.forecast),
      score(memory, model, settings.forecast),
      detect(memory, model, settings.forecast),
      learn(memory, model, settings.forecast),
    ),
  records: (frame, settings, { model }) => [
    readingPoints(frame),
    ...forecastPoints(frame, model, settings.forecast),
    anomalyPoints(frame),
    ...eventPoints(frame, model),
  ],
});
