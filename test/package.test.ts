import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const manifestOf = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, Record<string, string>>;
const { version: VERSION } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  version: string;
};
/** What npm says of the script that runs the tests is not for the npm that they run. */
const OUTER = /^(npm_(package|lifecycle|command|config_local_prefix)|NODE_|VITEST|FORETIDE_)/;
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !OUTER.test(name))),
  PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
};

const folder = mkdtempSync(join(tmpdir(), 'foretide-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const clone = join(folder, 'clone');
const consumer = join(folder, 'consumer');
const installed = join(consumer, 'node_modules', 'foretide');

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function command(cwd: string, file: string, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(file, args, { cwd, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr });
    });
  });
}

async function succeed(...args: Parameters<typeof command>): Promise<string> {
  const { code, stdout, stderr } = await command(...args);
  expect(code, `${args.slice(1).join(' ')}\n${stdout}\n${stderr}`).toBe(0);
  return stdout;
}

/** Packs in a copy of the clone, so that the clone itself is never touched, and installs it in an empty folder. */
beforeAll(async () => {
  mkdirSync(clone);
  mkdirSync(consumer);
  for (const name of [
    'package.json',
    'tsconfig.json',
    '.build',
    'src',
    'pipelines',
    'README.md',
    'LICENSE',
  ]) {
    if (existsSync(join(ROOT, name))) cpSync(join(ROOT, name), join(clone, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'), 'dir');
  await succeed(clone, 'npm', 'pack', '--pack-destination', folder);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))!;
  const types = manifestOf(ROOT)['devDependencies']!['@types/node']!;
  await succeed(
    consumer,
    'npm',
    'install',
    join(folder, tarball),
    `@types/node@${types}`,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
  );
}, 300_000);

describe('npm pack', () => {
  const before = readFileSync(join(ROOT, 'package.json'), 'utf8');
  const after = (): string => readFileSync(join(clone, 'package.json'), 'utf8');

  test('leaves the manifest of the clone as it was', () => {
    expect(after()).toBe(before);
    expect(existsSync(join(clone, '.package.json.full'))).toBe(false);
  });

  test('heals what a pack that was killed has left', async () => {
    const script = join(clone, '.build', 'manifest.mjs');
    writeFileSync(join(clone, '.package.json.full'), before);
    writeFileSync(join(clone, 'package.json'), '{"name": "foretide"}\n');
    await succeed(clone, process.execPath, script, 'strip');
    expect(readFileSync(join(clone, '.package.json.full'), 'utf8')).toBe(before);
    await succeed(clone, process.execPath, script, 'restore');
    expect(after()).toBe(before);
  });
});

describe('the package', () => {
  test('has a manifest without what only a clone needs', () => {
    const manifest = manifestOf(installed);
    for (const key of ['scripts', 'devDependencies', 'optionalDependencies', 'knip'])
      expect(manifest).not.toHaveProperty(key);
    const whole = manifestOf(ROOT);
    for (const key of ['name', 'version', 'license', 'engines', 'bin', 'exports', 'dependencies'])
      expect(manifest[key]).toEqual(whole[key]);
  });

  test('brings no Node and no tools with it', () => {
    const { optionalDependencies, devDependencies } = manifestOf(ROOT);
    const notOurs = new Set(Object.keys({ ...optionalDependencies, ...devDependencies }));
    const all = readdirSync(join(consumer, 'node_modules'));
    expect(all.filter((name) => notOurs.has(name))).toEqual([]);
  });

  test('holds compiled files, types and recordings, and no sources but the bin', () => {
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    for (const name of ['dist/src/index.js', 'dist/src/index.d.ts', 'dist/pipelines/live-forecast.js'])
      expect(files).toContain(name);
    expect(files.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))).toEqual([]);
    expect(files.filter((name) => name.startsWith('src/') && !/^src\/cli(\/bin\.mjs)?$/.test(name))).toEqual(
      [],
    );
    expect(files.filter((name) => /(^|\/)(test|node_modules|\.foretide)(\/|$)/.test(name))).toEqual([]);
    expect(files.some((name) => name.endsWith('.wasm'))).toBe(true);
    for (const name of readdirSync(join(ROOT, 'pipelines/recordings')))
      expect(files).toContain(`dist/pipelines/recordings/${name}`);
  });
});

const STAGES = `
const memory = new Memory();
const model = createModel(ModelSettings.parse({ hidden: 4, horizon: 3 }), 1);
const readings = Array.from({ length: 100 }, (_, i) => ({ series: 'a', time: i * 60_000, value: Math.sin(i / 5) }));
from(readings)
  .pipe(
    frames(memory),
    align(memory, AlignSettings.parse({})),
    scale(memory, 1, ScaleSettings.parse({})),
    recur(memory, model),
    forecast(memory, model, ForecastSettings.parse({})),
    learn(memory, model, ForecastSettings.parse({})),
    rows(),
  )
  .subscribe((row) => out.push(row));
console.log(out.length, out.at(-1)?.yhat.length);
`;
const NAMES =
  'align, AlignSettings, createModel, forecast, ForecastSettings, frames, learn, Memory, ModelSettings, recur, rows, scale, ScaleSettings';

describe('who installs it', () => {
  test('can use it from JavaScript', async () => {
    const code = `import { from } from 'rxjs';\nimport { ${NAMES} } from 'foretide';\nconst out = [];\n${STAGES}`;
    writeFileSync(join(consumer, 'plain.mjs'), code);
    expect(await succeed(consumer, process.execPath, 'plain.mjs')).toBe('100 3\n');
  });

  test.each([true, false])(
    'can use it from strict TypeScript, its types checked too (skipLibCheck: %s)',
    { timeout: 120_000 },
    async (skipLibCheck) => {
      const code = `import { from } from 'rxjs';
import { z } from 'zod';
import { ${NAMES}, decode, detect, pipeline, readingPoints, type Row, run, type RunOptions, runSettings, score, topology } from 'foretide';

const out: Row[] = [];
${STAGES}
const mine = pipeline({
  name: 'mine',
  about: 'A pipeline of my own.',
  settings: z.strictObject({ ...runSettings, align: AlignSettings, forecast: ForecastSettings, limit: z.number().default(3) }),
  defaults: {},
  topology: (settings, parts) =>
    topology(
      decode(parts.memory, parts.decoder),
      align(parts.memory, settings.align),
      scale(parts.memory, parts.model.channels, { method: 'mean', window: settings.limit }),
      recur(parts.memory, parts.model),
      forecast(parts.memory, parts.model, settings.forecast),
      score(parts.memory, parts.model, settings.forecast),
      detect(parts.memory, parts.model, settings.forecast),
    ),
  records: (frame) => [readingPoints(frame)],
});
const options: Partial<RunOptions> = { fresh: true };
// @ts-expect-error a stage whose columns nobody adds
topology(recur(memory, model));
console.log(mine.name, typeof run, options.fresh);
`;
      const options = {
        target: 'es2024',
        lib: ['es2024'],
        module: 'nodenext',
        types: ['node'],
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        skipLibCheck,
        outDir: 'out',
      };
      writeFileSync(join(consumer, 'typed.mts'), code);
      const project = { compilerOptions: options, files: ['typed.mts'] };
      writeFileSync(join(consumer, 'tsconfig.json'), JSON.stringify(project));
      const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
      await succeed(consumer, process.execPath, tsc, '-p', '.');
      expect(await succeed(consumer, process.execPath, 'out/typed.mjs')).toBe('100 3\nmine function true\n');
    },
  );

  test(
    'has a command that answers, checks and runs a recording to its end',
    { timeout: 120_000 },
    async () => {
      const bin = join(consumer, 'node_modules', '.bin', 'foretide');
      expect(await succeed(consumer, bin, '--version')).toBe(`${VERSION}\n`);
      expect(await succeed(consumer, bin, 'check', 'replay')).toContain('✔ file bundled:');
      const ran = await succeed(consumer, bin, 'run', 'replay', '--exit-at-end', '--no-page');
      expect(ran).toMatch(/│ Readings +│ 7,267 in this run, 1 series/);
      expect(existsSync(join(consumer, '.foretide', 'replay.db'))).toBe(true);
    },
  );

  test(
    "has a command that runs a pipeline of the user's own, and its page",
    { timeout: 120_000 },
    async () => {
      const code = `import live from './node_modules/foretide/dist/pipelines/replay.js';
import { run, loadSettings } from 'foretide';
const pipeline = { ...live, name: 'mine' };
const settings = loadSettings(pipeline.settings, { defaults: pipeline.defaults, set: ['page.port=0'] });
const running = await run({ pipeline, settings });
const { readings } = await running.finished;
const page = await fetch(running.address);
console.log(readings, page.status, (await page.text()).includes('<html'));
await running.stop();
`;
      writeFileSync(join(consumer, 'mine.mjs'), code);
      expect(await succeed(consumer, process.execPath, 'mine.mjs')).toBe('7267 200 true\n');
    },
  );

  test('can simulate a pipeline, without any tool of the clone', { timeout: 60_000 }, async () => {
    const code = `import live from './node_modules/foretide/dist/pipelines/live-forecast.js';
import { simulate } from 'foretide/testing';
const simulation = await simulate(live, { seed: 1 });
const values = Object.fromEntries(
  [...'abcd'].map((name, i) => [name, { record: { sensor: 'x', time: i * 60_000, value: i } }]),
);
await simulation.play('ab!cd|', values);
console.log(simulation.outputs('forecast').length);
await simulation.end();
`;
    writeFileSync(join(consumer, 'simulated.mjs'), code);
    expect(await succeed(consumer, process.execPath, 'simulated.mjs')).toBe('3\n');
  });

  test('has a command that trains on threads of its own', { timeout: 120_000 }, async () => {
    const rows = Array.from({ length: 400 }, (_, i) => `${i * 60_000},wave,${Math.sin(i / 5)}\n`);
    writeFileSync(join(consumer, 'waves.csv'), `time,sensor,value\n${rows.join('')}`);
    const bin = join(consumer, 'node_modules', '.bin', 'foretide');
    const sizes = ['--hidden', '8', '--steps', '16', '--stride', '1'];
    const training = (out: string, ...more: string[]): string[] =>
      [bin, 'train', '--data', 'waves.csv', '--out', out].concat(sizes, more);
    const short = ['--epochs', '2', '--threads'];
    const { stdout } = await command(consumer, process.execPath, ...training('two', ...short, '2', '--json'));
    const { fingerprint, epochs } = JSON.parse(stdout) as { fingerprint: string; epochs: unknown[] };
    expect([fingerprint.length, epochs.length]).toEqual([64, 2]);
    await succeed(consumer, process.execPath, ...training('one', ...short, '1'));
    expect(readFileSync(join(consumer, 'two')).equals(readFileSync(join(consumer, 'one')))).toBe(true);

    // that the second thread takes part: when it has done a shard, it leaves
    const leaves = `import { workerData } from 'node:worker_threads';
      if (workerData?.foretide === 'shards') Atomics.add = () => process.exit(7);`;
    const { code, stderr } = await command(
      consumer,
      process.execPath,
      '--import',
      `data:text/javascript,${encodeURIComponent(leaves)}`,
      ...training('three', '--epochs', '500', '--patience', '500', '--threads', '2'),
    );
    expect([code, stderr]).toEqual([1, expect.stringContaining('it ended with exit code 7')]);
  });
});
