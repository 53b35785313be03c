import { z } from 'zod';
// prettier-ignore
import {
  align, AlignSettings, anomalyPoints, decode, detect, eventPoints, forecast, forecastPoints, ForecastSettings,
  learn, pipeline, readingPoints, recur, runSettings, scale, ScaleSettings, score, topology, withdrawnPoints,
} from '../src/index.ts';

/** Live forecast: each reading moves its series' recurrent cell one step; the next values and their bands go to the sink. */
export default pipeline({
  name: 'live-forecast',
  about:
    'Forecasts every series of a live stream a few steps ahead, with bands, and learns from each reading.',
  settings: z.strictObject({
    ...runSettings,
    align: AlignSettings,
    scale: ScaleSettings,
    forecast: ForecastSettings,
  }),
  defaults: {
    input: {
      kind: 'file',
      paths: ['bundled:nyc-weather-EWR.csv', 'bundled:nyc-weather-JFK.csv', 'bundled:nyc-weather-LGA.csv'],
      pace: '3m',
      decode: {
        format: 'csv',
        series: 'origin',
        time: 'time_hour',
        values: ['temp', 'dewp', 'humid', 'wind_speed', 'pressure'],
      },
    },
  },
  topology: (settings, { memory, decoder, model }) =>
    topology(
      decode(memory, decoder, settings.series), //      record         -> series, time, value
      align(memory, settings.align, model.channels), // event time     -> order, steps, gaps
      scale(memory, model.channels, settings.scale), // value          -> z
      recur(memory, model, settings.forecast), //       z, h, C        -> h, C
      forecast(memory, model, settings.forecast), //    h, the past    -> yhat, lo, hi by horizon
      score(memory, model, settings.forecast), //                          what came      -> error by horizon
      detect(memory, model, settings.forecast), //                         what came      -> outside the 99 % band?
      learn(memory, model, settings.forecast), //       what came      -> a better head, bands that fit
    ),
  records: (frame, settings, { model }) => [
    readingPoints(frame),
    ...forecastPoints(frame, model, settings.forecast),
    anomalyPoints(frame),
    ...eventPoints(frame, model),
    ...withdrawnPoints(frame, model), // what a late reading has made untrue
  ],
});
