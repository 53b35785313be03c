import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { seededRandom } from '../../src/model/random.ts';
import { dump } from '../checks/dump.ts';

/**
 * Kills the embedded run with SIGKILL at random moments, starts it again each time, and compares what it leaves with what an
 * undisturbed run leaves: every row of every table that is a function of the input, byte for byte.
 */
const options = new Command('test:crash')
  .option('--kills <n>', 'how often it is killed', Number, 20)
  .option('--seed <n>', 'seed of the moments', Number, Date.now() % 1_000_000)
  .option('--pipeline <name>', 'which pipeline', 'live-forecast')
  .parse()
  .opts<{ kills: number; seed: number; pipeline: string }>();

const BIN = fileURLToPath(new URL('../../src/cli/bin.mjs', import.meta.url));
/** Long enough for all kills: each life is at most 1.8 s. */
const PACE = `${Math.ceil(options.kills * 1.2) + 5}s`;
const folder = mkdtempSync(join(tmpdir(), 'foretide-crash-'));

function start(db: string, pace: string) {
  const child = spawn(
    process.execPath,
    [
      BIN,
      'run',
      options.pipeline,
      '--exit-at-end',
      '--no-page',
      '--speed',
      pace,
      '--set',
      `store.path=${db}`,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return { child, ended };
}

try {
  const calm = join(folder, 'calm.db');
  const code = await start(calm, 'max').ended;
  if (code !== 0) throw new Error(`The undisturbed run ended with ${code}`);

  const shaken = join(folder, 'shaken.db');
  const random = seededRandom(options.seed);
  let kills = 0;
  for (;;) {
    const { child, ended } = start(shaken, kills < options.kills ? PACE : 'max');
    const moment = kills < options.kills ? 100 + random() * 1700 : Infinity;
    const outcome = await Promise.race([
      ended,
      ...(moment < Infinity ? [sleep(moment, 'due' as const)] : []),
    ]);
    if (outcome === 'due') {
      child.kill('SIGKILL');
      await ended;
      process.stdout.write(`kill ${++kills} after ${Math.round(moment)} ms\n`);
    } else if (outcome === 0) break;
    else throw new Error(`A run ended with ${outcome}`);
  }
  if (kills < options.kills)
    throw new Error(
      `The recording ended after ${kills} kills: none the less, ${options.kills} were asked for`,
    );

  const expected = dump(calm);
  const got = dump(shaken);
  let different = 0;
  for (const table of Object.keys(expected) as (keyof typeof expected)[]) {
    const same = expected[table].sha256 === got[table].sha256 && expected[table].rows === got[table].rows;
    if (!same) different++;
    process.stdout.write(
      `${same ? '✔' : '✖'} ${table}: ${got[table].rows} rows, ${got[table].sha256.slice(0, 16)}${same ? '' : ` (undisturbed: ${expected[table].rows} rows, ${expected[table].sha256.slice(0, 16)})`}\n`,
    );
  }
  process.stdout.write(
    different === 0
      ? `After ${kills} kills all tables equal the undisturbed run's, byte for byte (seed ${options.seed}).\n`
      : `${different} tables differ (seed ${options.seed}).\n`,
  );
  process.exitCode = different === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
