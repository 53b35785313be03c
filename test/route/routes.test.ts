import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import anomalyAlerts from '../../pipelines/anomaly-alerts.ts';
import { loadSettings } from '../../src/config/load.ts';
import type { Pipeline } from '../../src/pipeline.ts';
import { run, type Running } from '../../src/run/run.ts';
import { begin, foretide } from '../cli/foretide.ts';
import { Listener } from './listener.ts';
import { ODD_SETTINGS, oddCsv } from './odd-readings.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-routes-'));
afterAll(() => rmSync(folder, { recursive: true }));
const data = join(folder, 'odd.csv');
writeFileSync(data, oddCsv(700));
/** Alerts of the recording: what fires, and its end. */
const ALERTS = 8;

const pipeline = anomalyAlerts as unknown as Pipeline;
let count = 0;
let db: string;
let listener: Listener;
const begun: Running[] = [];
beforeEach(async () => {
  db = join(folder, `${count++}.db`);
  listener = await new Listener().start();
});
afterEach(async () => {
  for (const running of begun.splice(0)) await running.stop();
  await listener.stop();
});

const set = (...more: string[]): string[] => [
  `input={kind: file, paths: ["${data}"], pace: max, decode: {format: csv, seriesName: m, time: time, values: [value]}}`,
  `store.path=${db}`,
  'page.enabled=false',
  ...ODD_SETTINGS,
  ...more,
];

const hook = (more: object = {}): object => ({
  kind: 'webhook',
  name: 'hook',
  url: listener.url,
  allowInsecure: true,
  allowPrivate: true,
  retry: { first: '20ms', longest: '100ms' },
  ...more,
});
const routes = (...all: object[]): string => `routes=${JSON.stringify(all)}`;

async function start(...more: string[]): Promise<Running> {
  const settings = loadSettings(pipeline.settings, { defaults: pipeline.defaults, set: set(...more) });
  const running = await run({ pipeline, settings });
  begun.push(running);
  return running;
}

const keys = (): string[] => listener.bodies.map((body) => (body as { key: string }).key);
const states = (): string[] => listener.bodies.map((body) => (body as { state: string }).state);
function rows(sql: string): readonly Readonly<Record<string, unknown>>[] {
  const reader = new DatabaseSync(db, { readOnly: true });
  try {
    return reader.prepare(sql).all();
  } finally {
    reader.close();
  }
}

describe('the routes of a run', () => {
  test('are told every alert and its end, also when it ends at once', async () => {
    const running = await start(routes(hook()));
    await running.finished;
    await running.stop();
    expect(states()).toEqual(Array.from({ length: ALERTS }, (_, i) => (i % 2 === 0 ? 'firing' : 'resolved')));
    expect(new Set(keys()).size).toBe(ALERTS);
    const all = rows(
      "SELECT series || '@' || since || '/' || state AS key FROM alert WHERE state IN ('firing', 'resolved')",
    );
    expect(keys()).toEqual(all.map(({ key }) => key));
  });

  test('one whose receiver says nothing holds up neither the run nor the others', async () => {
    listener.reply = () => 'hang';
    const path = join(folder, `${count}.ndjson`);
    const running = await start(routes(hook(), { kind: 'file', name: 'log', path }));
    const status = await running.finished;
    // all is committed, and all is told elsewhere, before the receiver has answered once
    expect(status).toMatchObject({ state: 'done', readings: 700 });
    await vi.waitFor(() => expect(readFileSync(path, 'utf8').split('\n').length).toBe(ALERTS + 1), {
      timeout: 5000,
    });
    expect(rows('SELECT count(*) AS n FROM alert WHERE muted = 0')).toEqual([{ n: ALERTS }]);
    await vi.waitFor(() => expect(keys().length).toBe(1), { timeout: 3000 });
    const began = performance.now();
    await running.stop();
    expect(performance.now() - began).toBeLessThan(5000);

    // the next run tells what is left
    listener.reply = () => ({ status: 200 });
    const again = await start(routes(hook(), { kind: 'file', name: 'log', path }));
    await again.finished;
    await again.stop();
    expect(keys()[0]).toBe(keys()[1]);
    expect(new Set(keys()).size).toBe(ALERTS);
    expect(readFileSync(path, 'utf8').split('\n').length).toBe(ALERTS + 1);
  });

  test('have the alerts also where the output goes elsewhere', async () => {
    const running = await start(routes(hook()), 'output.kind=none');
    await running.finished;
    await running.stop();
    expect(keys().length).toBe(ALERTS);
    expect(rows('SELECT count(*) AS n FROM reading')).toEqual([{ n: 0 }]);
  });

  test('can be changed: the state is gone on with, and a new one begins with what comes then', async () => {
    const first = await start(routes(hook()));
    await first.finished;
    await first.stop();
    listener.heard.length = 0;
    const second = await start(routes(hook({ name: 'other' })));
    const { readings } = await second.finished;
    await second.stop();
    expect([readings, keys()]).toEqual([0, []]);
  });

  test('without any, nothing of them is written', async () => {
    const running = await start();
    await running.finished;
    await running.stop();
    expect(rows('SELECT * FROM route')).toEqual([]);
    expect(rows('SELECT count(*) AS n FROM alert WHERE muted = 0')).toEqual([{ n: ALERTS }]);
  });

  test('a secret that is not there ends the run before it begins, and leaves nothing open', async () => {
    const more = routes(hook({ secret: { env: 'NOT_THERE' } }));
    await expect(start(more)).rejects.toMatchObject({ code: 'SECRET_MISSING' });
    rmSync(db);
  });
});

describe('a process that is killed between a delivery and its position', () => {
  const flags = (...more: string[]): string[] => set(...more).flatMap((each) => ['--set', each]);

  test('tells it again with the same key, and loses nothing', { timeout: 60_000 }, async () => {
    const kills = [1, 3, 4, 8];
    let child: ReturnType<typeof begin> | undefined;
    listener.reply = () => {
      const distinct = new Set(keys()).size;
      if (distinct !== kills[0] || keys().filter((key) => key === keys().at(-1)).length > 1)
        return { status: 200 };
      kills.shift();
      // it has come to the receiver, and the process will never know
      child!.child.kill('SIGKILL');
      return 'hang';
    };
    const args = ['run', 'anomaly-alerts', '--exit-at-end', ...flags(routes(hook()))];
    for (let n = 0; n < 4; n++) {
      child = begin(args, { cwd: folder });
      expect((await child.ended).signal).toBe('SIGKILL');
    }
    child = begin(args, { cwd: folder });
    expect((await child.ended).code).toBe(0);

    const all = rows(
      "SELECT series || '@' || since || '/' || state AS key FROM alert WHERE state IN ('firing', 'resolved')",
    );
    const expected = all.map(({ key }) => key);
    expect(expected.length).toBe(ALERTS);
    // the 1st, 3rd, 4th and 8th came twice, one after the other
    expect(keys()).toEqual(expected.flatMap((key, i) => ([0, 2, 3, 7].includes(i) ? [key, key] : [key])));
  });
});

describe('foretide check', () => {
  const check = (...more: string[]) =>
    foretide(['check', 'anomaly-alerts', ...set(...more).flatMap((each) => ['--set', each])], {
      cwd: folder,
    });

  test('reaches them without telling anything', async () => {
    const { code, stdout, stderr } = await check(routes(hook(), { kind: 'stdout', name: 'out' }));
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(
      `✔ route hook: webhook 127.0.0.1:${listener.port} is reached at 127.0.0.1, without TLS\n`,
    );
    expect(stdout).toContain('✔ route out: stdout\n');
    expect(listener.heard).toEqual([]);
  });

  test('says of each what is wrong', async () => {
    const { code, stderr } = await check(
      routes(
        hook({ url: 'http://127.0.0.1:1' }),
        hook({ name: 'private', allowPrivate: false }),
        hook({ name: 'secret', secret: { env: 'NOT_THERE' } }),
      ),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/ECONNREFUSED.*route hook.*\[ROUTE_UNREACHABLE\]/s);
    expect(stderr).toMatch(/allowPrivate.*\[ROUTE_REFUSED\]/s);
    expect(stderr).toMatch(/NOT_THERE.*\[SECRET_MISSING\]/s);
  });
});
