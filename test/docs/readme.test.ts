import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withGeneratedParts } from './write.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
mkdirSync(join(root, '.foretide'), { recursive: true });
// inside the tree, so that the examples find the dependencies
const folder = mkdtempSync(join(root, '.foretide/readme-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The code block that follows `<!-- test: name -->`, importing the sources in place of the package. */
function example(name: string): string {
  const code = readme.split(`<!-- test: ${name} -->`)[1]?.split('```ts\n')[1]?.split('```')[0];
  if (!code) throw new Error(`The README has no example "${name}"`);
  return code.replace("'foretide'", "'../../src/index.ts'");
}

beforeAll(() => {
  writeFileSync(join(folder, 'celsius.ts'), example('own pipeline'));
  writeFileSync(join(folder, 'plain.ts'), example('plain rxjs'));
});

const compact = (text: string): string => text.replaceAll(/[ -]+/g, ' ').replaceAll(/\n+/g, '\n');

test('the tables of settings and metrics are what the code has (npm run docs writes them)', () => {
  expect(readme).toContain('| `model.hidden`');
  expect(readme).toContain('| `foretide_readings_total`');
  expect(compact(withGeneratedParts(readme))).toBe(compact(readme));
});

test('the examples compile', () => {
  const config = join(folder, 'tsconfig.json');
  writeFileSync(
    config,
    JSON.stringify({
      extends: '../../tsconfig.json',
      compilerOptions: { rootDir: '../..' },
      include: ['*.ts'],
    }),
  );
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout, status } = spawnSync(process.execPath, [tsc, '-p', config, '--noEmit'], {
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
  expect(status).toBe(0);
});

test('the pipeline of the README runs', () => {
  const lines = Array.from({ length: 60 }, (_, i) =>
    JSON.stringify({ sensor: 'a', time: i * 60_000, value: 212 }),
  );
  writeFileSync(join(folder, 'in.ndjson'), lines.join('\n'));
  const out = execFileSync(
    process.execPath,
    [
      join(root, 'src/cli/bin.mjs'),
      'run',
      join(folder, 'celsius.ts'),
      '--no-page',
      ...[
        'input.kind=file',
        `input.paths=[${join(folder, 'in.ndjson')}]`,
        `store.path=${join(folder, 'c.db')}`,
      ].flatMap((set) => ['--set', set]),
    ],
    { encoding: 'utf8' },
  );
  expect(out).toContain('60 in this run, 1 series');
});

test('the plain RxJS example prints forecasts', async () => {
  const child = spawn(process.execPath, [join(folder, 'plain.ts')], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of child.stdout) {
    text += String(chunk);
    if (text.split('\n').length > 2) break;
  }
  child.kill();
  expect(text).toMatch(/^wave 0 \[[^\n]*\n?/);
  expect(text.split('\n').length).toBeGreaterThan(2);
});

test('the spans of the README are those of a run', () => {
  const code = readme.split('<!-- test: spans -->')[1]!.split('```js\n')[1]!.split('```')[0]!;
  // what an SDK would be, as far as the example uses it
  writeFileSync(
    join(folder, 'tracer.mjs'),
    `const write = (text) => process.stdout.write(text + '\\n');
    const span = (name, { attributes }) => ({ recordException: () => write('failed ' + name), end: () => write('span ' + name + ' ' + JSON.stringify(attributes)) });
    export const trace = { getTracer: (of) => ({ startSpan: span }) };`,
  );
  writeFileSync(join(folder, 'spans.mjs'), code.replace("'@opentelemetry/api'", "'./tracer.mjs'"));
  writeFileSync(join(folder, 'few.ndjson'), '{"sensor":"a","time":0,"value":1}\n');
  const out = execFileSync(
    process.execPath,
    [
      join(root, 'src/cli/bin.mjs'),
      'run',
      'live-forecast',
      '--no-page',
      ...[
        `input={kind: file, paths: [${join(folder, 'few.ndjson')}], decode: {format: json}}`,
        'output.kind=none',
        'model.hidden=2',
        `store.path=${join(folder, 'spans.db')}`,
      ].flatMap((set) => ['--set', set]),
    ],
    { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: `--import ${join(folder, 'spans.mjs')}` } },
  );
  const facts = '{"foretide.pipeline":"live-forecast","foretide.partition":0}';
  expect(out.split('\n').filter((line) => line.startsWith('span '))).toEqual(
    ['restore', 'sink-write', 'commit'].map((work) => `span foretide ${work} ${facts}`),
  );
});

test('the way from your own data to a forecast is as the README says', { timeout: 120_000 }, () => {
  const part = readme.split('<!-- test: own data -->')[1]!;
  const commands = part.split('```sh\n')[1]!.split('```')[0]!.trim().split('\n');
  const outputs = commands.map((line) => {
    const [npx, foretide, ...args] = line.replace(/ +#.*$/, '').split(' ');
    expect([npx, foretide]).toEqual(['npx', 'foretide']);
    return execFileSync(process.execPath, [join(root, 'src/cli/bin.mjs'), ...args], {
      encoding: 'utf8',
      cwd: folder,
      env: { ...process.env, FORETIDE_PAGE__PORT: '0' },
    });
  });
  expect(outputs).toHaveLength(3);
  const written = readFileSync(join(folder, 'weather.yaml'), 'utf8');
  expect(written).toContain(part.split('```yaml\n')[1]!.split('```')[0]!);
  const [, readings] = /looked at: ([\d,]+) readings of 9 series/.exec(outputs[0]!)!;
  expect(outputs[2]).toContain(`${readings} in this run, 9 series`);
});

test('every file that the README names exists', () => {
  for (const [, path] of readme.matchAll(/\]\(((?!http)[^)#]+)\)/g)) {
    expect(existsSync(join(root, path!)) ? '' : path).toBe('');
  }
});
