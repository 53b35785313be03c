import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { begin } from '../cli/foretide.ts';
import { shellCommands, wordsOf } from './shell-commands.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const commands = ['README.md', '.github/CONTRIBUTING.md'].flatMap((page) =>
  shellCommands(readFileSync(join(ROOT, page), 'utf8')),
);

/** Run here, one after the other in one folder: what ends by itself, and what `until` says is enough of, which SIGTERM ends then. */
interface Course {
  readonly name: string;
  readonly commands: readonly string[];
  /** A run that would keep its page up has gone through its recording. */
  readonly until?: RegExp;
}

const LIVE = 'live-forecast --config live.yaml';
const COURSES: readonly Course[] = [
  { name: 'the first minute', commands: ['npm start -- --exit-at-end --speed max'] },
  {
    name: 'a model of your own',
    commands: [
      'npx foretide train --help',
      'npx foretide train --data readings.csv --series sensor --time time --hidden 32 --horizon 24 --out model.safetensors',
      `npx foretide run ${LIVE} --set model.file=model.safetensors --set forecast.learn=none`,
      'npx foretide evaluate --data sensors.csv',
      'npx foretide evaluate --data sensors.csv --horizons 1,6,24 --report out.html',
      'npx foretide evaluate --data sensors.csv --model model.safetensors --json',
      'npx foretide evaluate --data sensors.csv --multivariate --targets load',
      'npx foretide evaluate --anomalies --data sensors.csv --labels known.json --budget 5',
    ],
    until: / in this run/,
  },
  {
    name: 'a run, and what can be asked of it',
    commands: [
      `npx foretide check ${LIVE}`,
      `npx foretide run ${LIVE}`,
      `npx foretide run ${LIVE} --digest`,
      `npx foretide verify ${LIVE}`,
      `npx foretide inspect ${LIVE} --series boiler-7 --at 2026-02-03T12:00:00Z`,
      `npx foretide rewind ${LIVE} --series boiler-7 --to 2026-02-01 --excise 2026-02-03..2026-02-05`,
    ],
    until: / in this run/,
  },
  {
    name: 'an alert, explained',
    commands: [
      'npx foretide run anomaly-alerts --speed max --exit-at-end --set snapshots.every=7d',
      'npx foretide inspect anomaly-alerts --series machine-temperature --at 2014-02-08T05:10:00Z --set snapshots.every=7d',
      'npx foretide replay anomaly-alerts --compare --set B:alerts.raise=0.6 --to 2014-02-09',
    ],
  },
];

/** Not run here, and why. Their flags and names are looked at all the same. */
const LEFT: readonly (readonly [RegExp, string])[] = [
  [/^npm (ci|test)\b/, 'it would install, or run this test'],
  [
    /^npx foretide \w+ live-forecast --config weather.yaml|^npx foretide init bundled/,
    'test/docs/readme.test.ts does',
  ],
  [/^npx foretide run \.\/celsius\.ts/, 'test/docs/readme.test.ts runs the pipeline'],
  [/spans\.mjs/, 'test/docs/readme.test.ts does'],
  [/^npm run docs$/, 'test/docs/readme.test.ts holds what it writes against the README'],
  [/^npm start( -- --fresh)?$|--speed (60|3600)x|^npx foretide run anomaly-alerts$/, 'it plays for minutes'],
  [
    /^npx foretide (reload|candidate|rollback) /,
    'it needs a run under way; test/candidate/candidates.integration.test.ts does there what they ask for',
  ],
  [/--workers|--backfill|--set page\.host|^curl/, 'it needs Kafka, InfluxDB or an address of the network'],
  [/^export |^docker /, 'it is of the shell, or of Docker'],
  [
    /--compare (new\.safetensors|strict\.yaml|--set B:forecast)|model\.file=(new|lstm)\.safetensors/,
    'test/cli/compare.test.ts and test/cli/replay.test.ts run its like; here it would take minutes',
  ],
  [/ETTh2\.csv/, 'the data set is not bundled'],
  [/^npm run (bench|nab|screenshots|test:)/, 'it takes minutes, or data that are not bundled'],
  [/^npm run (check|build)$|^\.ci\/run$/, 'it is what CI runs'],
  [/^(node|python) test\/reference\//, 'it makes fixtures that are kept'],
];

const isRun = (command: string): boolean => COURSES.some((course) => course.commands.includes(command));

test('every command of README and CONTRIBUTING is run here, or it is said why not', () => {
  const open = commands.filter((command) => !isRun(command) && !LEFT.some(([rule]) => rule.test(command)));
  expect(open).toEqual([]);
  const gone = COURSES.flatMap((course) => course.commands).filter((command) => !commands.includes(command));
  expect(gone).toEqual([]);
  const idle = LEFT.filter(([rule]) => !commands.some((command) => rule.test(command) && !isRun(command)));
  expect(idle.map(([rule]) => String(rule))).toEqual([]);
  const others = LEFT.flatMap(([, why]) => why.match(/test\/\S+\.ts/g) ?? []);
  expect(others.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
});

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

describe('names and flags are there', () => {
  const helps = new Map<string, string>();
  const help = (file: string, ...sub: readonly string[]): string => {
    const args = [join(ROOT, file), ...sub, '--help'];
    const text = helps.get(args.join()) ?? execFileSync(process.execPath, args, { encoding: 'utf8' });
    helps.set(args.join(), text);
    return text;
  };
  const flagsIn = (words: readonly string[]): string[] =>
    words.filter((word) => word.startsWith('--') && word !== '--').map((word) => word.split('=')[0]!);
  /** Whether a program knows a command of its own and its flags. */
  const knows = (file: string, sub: string, words: readonly string[]): boolean =>
    new RegExp(`^  ${sub}\\b`, 'm').test(help(file)) &&
    flagsIn(words).every((flag) => new RegExp(`${flag}(?![\\w-])`).test(help(file, sub)));

  test('of the command line', { timeout: 120_000 }, () => {
    const unknown = commands.filter((command) => {
      const [, call] = command.split('npx foretide ');
      if (call === undefined) return false;
      const [sub, ...words] = wordsOf(call);
      return !knows('src/cli/bin.mjs', sub!, words);
    });
    expect(unknown).toEqual([]);
  });

  test('of the scripts', { timeout: 120_000 }, () => {
    const unknown = commands.filter((command) => {
      if (!/^npm (run|start)\b/.test(command)) return false;
      const [, script, ...given] = wordsOf(command).filter((word) => word !== 'run' && word !== '--');
      const [, file, ...own] = scripts[script!]?.split(' ') ?? [];
      if (file === undefined) return true;
      const [sub, ...words] = [...own, ...given];
      if (script === 'bench' || script === 'start') return !knows(file, sub!, words);
      const source = given.length === 0 ? '' : readFileSync(join(ROOT, file), 'utf8');
      return flagsIn(given).some((flag) => !source.includes(flag.slice(2)));
    });
    expect(unknown).toEqual([]);
  });

  test('of files', () => {
    const files = commands.flatMap((command) => /(?<=^(?:node|python) )\S+|^\.ci\/run/.exec(command) ?? []);
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });
});

describe.concurrent('commands run', { timeout: 300_000 }, () => {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  test.for(COURSES)('$name', async ({ commands: course, until }) => {
    const cwd = mkdtempSync(join(tmpdir(), 'foretide-docs-'));
    folders.push(cwd);
    writeFixtures(cwd);
    for (const command of course) {
      const [program, ...words] = wordsOf(command);
      // as npm and npx start them, without the time that these take
      const args =
        program === 'npm' ? [...scripts['start']!.split(' ').slice(2), ...words.slice(2)] : words.slice(1);
      const begun = begin(args, { cwd, env: { FORETIDE_PAGE__PORT: '0' }, timeout: 240_000 });
      const endless = until !== undefined && words.includes('run') && !words.includes('--exit-at-end');
      if (endless) {
        await begun.says(until);
        begun.child.kill('SIGTERM');
      }
      expect({ command, ...(await begun.ended) }).toMatchObject({ code: 0 });
    }
  });
});

/** A folder as somebody has it who has cloned this one and has readings: what the commands name is there. */
function writeFixtures(cwd: string): void {
  for (const name of ['package.json', 'src', 'pipelines', 'node_modules'])
    symlinkSync(join(ROOT, name), join(cwd, name));
  const hours = Array.from({ length: 24 * 45 }, (_, i) => ({
    time: new Date(Date.UTC(2026, 0, 1) + i * 3_600_000).toISOString(),
    load: (50 + 10 * Math.sin((i * Math.PI) / 12) + ((i * 7) % 5)).toFixed(2),
    level: (20 + 3 * Math.cos((i * Math.PI) / 12)).toFixed(2),
  }));
  writeFileSync(
    join(cwd, 'readings.csv'),
    ['time,sensor,value', ...hours.map(({ time, load }) => `${time},boiler-7,${load}`)].join('\n'),
  );
  writeFileSync(
    join(cwd, 'sensors.csv'),
    ['time,load,level', ...hours.map(({ time, load, level }) => `${time},${load},${level}`)].join('\n'),
  );
  writeFileSync(
    join(cwd, 'known.json'),
    JSON.stringify({ load: [['2026-01-20T00:00:00Z', '2026-01-20T12:00:00Z']] }),
  );
  writeFileSync(
    join(cwd, 'live.yaml'),
    `input:
  kind: file
  paths: [readings.csv]
  pace: max
  decode: { format: csv, series: sensor, time: time, values: [value] }
digest: true
`,
  );
}
