import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A recording and how it is read: flags of `foretide evaluate`. */
export interface Recording {
  readonly name: string;
  readonly flags: readonly string[];
}

/** A recording that papers have published scores of, with the figures that are to be reached. */
export interface Published extends Recording {
  readonly metric: 'mse' | 'wmape';
  readonly horizons: readonly number[];
  /** What the best published method without look-ahead reaches; undefined where there is none. */
  readonly beat: readonly (number | undefined)[];
  readonly aim: readonly number[];
}

const bundled = fileURLToPath(new URL('../../pipelines/recordings/', import.meta.url));
/** Recordings that are not bundled: FORETIDE_BENCH_DATA, or a folder `shared/data` beside this project. */
const elsewhere =
  process.env['FORETIDE_BENCH_DATA'] ?? fileURLToPath(new URL('../../../shared/data/', import.meta.url));

/** Where larger recordings are, or undefined. */
export const recordings = existsSync(join(elsewhere, 'ETTh2.csv')) ? elsewhere : undefined;

const words = (flags: string): string[] => flags.split(' ');
const papers = words('--average-steps --horizons 1,24,48');

/** The published tables: see the README for their sources. */
export function publishedRecordings(folder: string): readonly Published[] {
  return [
    {
      name: 'ETTh2, MSE',
      flags: [
        '--data',
        join(folder, 'ETTh2.csv'),
        ...words('--standardize-on 0..2879 --validate ..3599 --score 3600..14399'),
        ...papers,
      ],
      metric: 'mse',
      horizons: [1, 24, 48],
      beat: [0.365, 1.694, 2.988],
      aim: [0.309, 1.444, 2.446],
    },
    {
      name: 'WTH, MSE',
      flags: [
        '--data',
        join(folder, 'WTH.csv'),
        '--time-format',
        'M/D/YYYY H:mm',
        ...words(`--time date --columns ${WEATHER} --standardize-on 0..7011 --score 8766..35063`),
        ...papers,
      ],
      metric: 'mse',
      horizons: [1, 24, 48],
      beat: [0.156, undefined, undefined],
      aim: [0.15, 0.326, 0.403],
    },
    {
      name: 'NYC taxi, MAPE, 5 steps',
      flags: [
        '--data',
        join(folder, 'nyc_taxi_17520.csv'),
        ...words(
          '--columns passenger_count --score 10000..17519 --horizons 5 --set forecast.horizons=[1,2,3,4,5]',
        ),
      ],
      metric: 'wmape',
      horizons: [5],
      beat: [0.081],
      aim: [0.057],
    },
  ];
}

/** All columns but the time of day. */
const WEATHER =
  'Visibility,DryBulbFarenheit,DryBulbCelsius,WetBulbFarenheit,DewPointFarenheit,DewPointCelsius,RelativeHumidity,WindSpeed,WindDirection,StationPressure,Altimeter,WetBulbCelsius';

/** Recordings that nobody has tuned on a table for: each series counts alike, against the last value. */
export function otherRecordings(folder: string): readonly Recording[] {
  const file = (name: string, ...flags: string[]): Recording => ({
    name: name.replace(/^.*\/|\.csv$/g, ''),
    flags: ['--data', join(folder, name), '--missing', 'skip', '--horizons', '1,6,12', ...flags],
  });
  const nab = join(folder, 'nab/data');
  return [
    file('AirQualityUCI.csv', '--time', 'date', '--time-format', 'YYYY/M/D H:mm', '--nulls', '-200'),
    file('yosemite_temps.csv', '--columns', 'y'),
    file('water-flow.csv'),
    ...bundledRecordings(),
    ...readdirSync(nab).flatMap((set) =>
      readdirSync(join(nab, set))
        .filter((name) => !['nyc_taxi.csv', ...BUNDLED_NAB].includes(name))
        .map((name) => file(join('nab/data', set, name), '--columns', 'value')),
    ),
  ];
}

const BUNDLED_NAB = ['machine_temperature_system_failure.csv', 'ambient_temperature_system_failure.csv'];

/** The recordings that come with the package. The default model has been trained on them. */
export function bundledRecordings(): readonly Recording[] {
  const of = (name: string, ...flags: string[]): Recording => ({
    name: name.replace('.csv', ''),
    flags: ['--data', join(bundled, name), '--missing', 'skip', '--horizons', '1,6,12', ...flags],
  });
  const columns = 'temp,dewp,humid,wind_dir,wind_speed,precip,pressure,visib';
  return [
    ...['EWR', 'JFK', 'LGA'].map((airport) =>
      of(`nyc-weather-${airport}.csv`, '--time', 'time_hour', '--columns', columns),
    ),
    ...BUNDLED_NAB.map((name) => of(name, '--columns', 'value')),
  ];
}
