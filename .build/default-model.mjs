// `node .build/default-model.mjs`: trains the model that comes with the package, on the bundled recordings and on synthetic series.
// The same bytes every time.
import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { log32 } from '../src/maths/float32.ts';
import { cosTurns, sinTurns } from '../src/maths/turns.ts';
import { seededRandom } from '../src/model/random.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const out = process.argv[2] ?? join(root, 'pipelines/models/lstm8.safetensors');
const SYNTHETIC = 60;
const LENGTH = 3000;
const START = Date.UTC(2020, 0, 1);
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/** A day's shape: three harmonics. */
function shape(random) {
  const waves = [1, 2, 3].map((times) => ({ times, size: (2 * random()) / times, turn: random() }));
  return (day) => waves.reduce((sum, { size, turn, times }) => sum + size * sinTurns(times * day + turn), 0);
}

/** A series of a day's shape, quieter weekends, wandering, noise that fades, rare steps and spikes; each in its own proportion. */
function* synthetic(seed) {
  const random = seededRandom(seed);
  const normal = () => Math.sqrt(-2 * log32(1 - random())) * cosTurns(random());
  const step = [5, 10, 15, 30, 60][seed % 5] * MINUTE;
  const daily = shape(random);
  const dailySize = random() < 0.25 ? 0 : 2 * random();
  const wander = 0.05 * random() ** 2;
  const noise = 0.4 * random() ** 2;
  const fades = 0.98 * random();
  const weekend = random();
  const jumps = random() < 0.3 ? 0.002 : 0;
  const spikes = random() < 0.3 ? 0.004 : 0;
  let [level, quick] = [0, 0];
  for (let i = 0; i < LENGTH; i++) {
    const day = (i * step) / DAY;
    level += wander * normal() + (random() < jumps ? 3 * normal() : 0);
    quick = fades * quick + noise * normal();
    const size = day % 7 >= 5 ? weekend : 1;
    const spike = random() < spikes ? 8 * random() : 0;
    const value = dailySize * size * daily(day) + level + quick + spike;
    yield { sensor: `synthetic-${seed}`, time: START + i * step, value };
  }
}

/** A recording, one series a column. */
function* recorded(name, timeColumn, columns) {
  const text = readFileSync(join(root, 'pipelines/recordings', name), 'utf8').trim();
  const [head, ...rows] = text.split('\n').map((line) => line.split(','));
  for (const row of rows) {
    const written = row[head.indexOf(timeColumn)];
    const time = written.endsWith('Z') ? written : `${written.replace(' ', 'T')}Z`;
    for (const column of columns) {
      const value = row[head.indexOf(column)];
      if (value !== '') yield { sensor: `${name}.${column}`, time, value: Number(value) };
    }
  }
}

function* everything() {
  for (let seed = 0; seed < SYNTHETIC; seed++) yield* synthetic(seed);
  for (const airport of ['EWR', 'JFK', 'LGA']) {
    const columns = ['temp', 'dewp', 'humid', 'wind_speed', 'pressure'];
    yield* recorded(`nyc-weather-${airport}.csv`, 'time_hour', columns);
  }
  yield* recorded('ambient_temperature_system_failure.csv', 'timestamp', ['value']);
  yield* recorded('machine_temperature_system_failure.csv', 'timestamp', ['value']);
}

const folder = mkdtempSync(join(tmpdir(), 'default-model-'));
try {
  const data = join(folder, 'readings.ndjson');
  const file = createWriteStream(data);
  for (const reading of everything()) {
    if (!file.write(`${JSON.stringify(reading)}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
  const settings = { hidden: 8, horizon: 12, steps: 96, epochs: 60, seed: 1, loss: 'mae', name: 'lstm8' };
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  execFileSync(
    process.execPath,
    [join(root, 'src/cli/bin.mjs'), 'train', '--data', data, '--out', out, ...flags],
    { stdio: 'inherit' },
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
