import { z } from 'zod';
// prettier-ignore
import {
  alert, alertPoints, AlertSettings, align, AlignSettings, decode, detect, eventPoints, flatline, forecast, forecastPoints,
  ForecastSettings, judge, jump, learn, novelty, NoveltySettings, oddPoints, pipeline, readingPoints, recur, RouteSettings,
  runSettings, scale, ScaleSettings, score, silence, surprise, topology, withdrawnPoints,
} from '../src/index.ts';

/** Anomaly alerts: how odd is each reading, by several kinds of evidence? Plays a machine's months before its failures. */
export default pipeline({
  name: 'anomaly-alerts',
  about: 'Alerts when a series does what it has not done before, sticks or falls silent.',
  settings: z.strictObject({
    ...runSettings,
    align: AlignSettings,
    scale: ScaleSettings,
    forecast: ForecastSettings,
    novelty: NoveltySettings,
    alerts: AlertSettings,
    routes: RouteSettings,
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
      decode(memory, decoder, settings.series),
      align(memory, settings.align, model.channels),
      scale(memory, model.channels, settings.scale),
      recur(memory, model, settings.forecast),
      forecast(memory, model, settings.forecast),
      score(memory, model, settings.forecast),
      detect(memory, model, settings.forecast), // outside its 99 % band? have the errors grown?
      surprise(memory, model.channels), //         how rare is such an error?
      jump(memory, model.channels), //             such a change?
      flatline(memory, model.channels), //         the same value for so long?
      novelty(memory, model.channels, settings.novelty), // anything that it has not been before?
      judge(memory, model.channels), //            all of it together, 0 to 1
      silence(memory), //                          does nothing come any more?
      alert(memory, settings.alerts), //           pending, firing, resolved
      learn(memory, model, settings.forecast),
    ),
  records: (frame, settings, { model }) => [
    readingPoints(frame),
    ...forecastPoints(frame, model, settings.forecast),
    ...oddPoints(frame, settings.alerts),
    ...alertPoints(frame),
    ...eventPoints(frame, model),
    ...withdrawnPoints(frame, model),
  ],
});
