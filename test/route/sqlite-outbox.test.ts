import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { receiverOf } from '../../src/route/receivers.ts';
import { Route } from '../../src/route/route.ts';
import { SqliteOutbox } from '../../src/route/sqlite-outbox.ts';
import type { ToldAlert } from '../../src/route/told-alert.ts';
import { SqliteStore } from '../../src/store/sqlite.ts';
import { over, told } from './alerts.ts';
import { commitAlerts } from './committed.ts';
import { Listener } from './listener.ts';
import { routeOf } from './route-of.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-outbox-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
let path: string;
let store: SqliteStore;
let listener: Listener;
const ends: (() => Promise<void>)[] = [];
beforeEach(async () => {
  path = join(folder, `${count++}.db`);
  store = new SqliteStore(path, { retention: 1e12 });
  listener = await new Listener().start();
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await listener.stop();
  await store.close();
});

const alert = (n: number, more: Partial<ToldAlert> = {}): ToldAlert =>
  told({ series: `s${n}`, since: n * 60_000, time: n * 60_000, ...more });
const alerts = (from: number, to: number): ToldAlert[] =>
  Array.from({ length: to - from }, (_, i) => alert(from + i));

/** A route over the outbox of the store; `end` as a run ends, or `kill`: nothing more is written. */
async function begin(name = 'r', more: object = {}, to = listener, lookEvery?: number) {
  const settings = routeOf('webhook', {
    name,
    url: to.url,
    retry: { first: '10ms', longest: '20ms' },
    ...more,
  });
  const outbox = new SqliteOutbox(path, name, silentLog, lookEvery);
  await outbox.prepare();
  const [stop, giveUp] = [new AbortController(), new AbortController()];
  const route = new Route(settings, await receiverOf(settings), silentLog);
  const running = outbox.run(route, { stop: stop.signal, giveUp: giveUp.signal });
  const end = async (isAtOnce = false): Promise<void> => {
    stop.abort(new Error('enough'));
    if (isAtOnce) giveUp.abort(new Error('at once'));
    await running;
    await outbox.close();
  };
  ends.push(end);
  return { outbox, end };
}

const series = (to = listener): string[] => to.bodies.map((body) => (body as { series: string }).series);
const names = (from: number, to: number): string[] => alerts(from, to).map((each) => each.series);
const tables = () => ({
  route: store.database.prepare('SELECT * FROM route ORDER BY name').all(),
  dead: store.database.prepare('SELECT route, alert, reason, payload FROM route_dead').all(),
});

test('tells what is committed, in order, when it is', async () => {
  const { outbox } = await begin('r', {}, listener, 3_600_000);
  await commitAlerts(store, alerts(0, 3));
  outbox.wake();
  await vi.waitFor(() => expect(series()).toEqual(names(0, 3)), { timeout: 5000 });
  await commitAlerts(store, alerts(3, 500));
  outbox.wake();
  await vi.waitFor(() => expect(series()).toEqual(names(0, 500)), { timeout: 10_000, interval: 50 });
  await vi.waitFor(() => expect(tables().route).toEqual([{ name: 'r', position: 501, open: 1 }]));
});

test('says how many turns it has not come to', async () => {
  listener.reply = () => ({ status: 503 });
  const { outbox, end } = await begin();
  expect(outbox.pending()).toBe(0);
  await commitAlerts(store, alerts(0, 3));
  expect(outbox.pending()).toBe(3);
  listener.reply = () => ({ status: 200 });
  await vi.waitFor(() => expect(outbox.pending()).toBe(0), { timeout: 5000 });
  await end();
  expect(outbox.pending()).toBeUndefined();
});

test('looks by itself, too: another process may have committed', async () => {
  await begin();
  await commitAlerts(store, alerts(0, 1));
  await vi.waitFor(() => expect(series()).toEqual(['s0']), { timeout: 3000 });
});

test('a new route begins with what comes then', async () => {
  await commitAlerts(store, alerts(0, 2));
  const { end } = await begin();
  await commitAlerts(store, alerts(2, 3));
  await end();
  expect(series()).toEqual(['s2']);
});

describe('after a restart', () => {
  test('goes on where it was', async () => {
    const { end } = await begin();
    await commitAlerts(store, alerts(0, 3));
    await end();
    await commitAlerts(store, alerts(3, 5));
    const { end: again } = await begin();
    await again();
    expect(series()).toEqual(names(0, 5));
  });

  test('what was under way comes again, with the same key; nothing is lost', async () => {
    const { end } = await begin();
    listener.reply = () => (listener.heard.length < 3 ? { status: 200 } : 'hang');
    await commitAlerts(store, alerts(0, 5));
    await vi.waitFor(() => expect(series()).toEqual(names(0, 3)), { timeout: 3000 });
    await end(true);
    listener.reply = () => ({ status: 200 });
    const { end: again } = await begin();
    await again();
    expect(series()).toEqual(['s0', 's1', 's2', 's2', 's3', 's4']);
    const keys = listener.heard.map(({ headers }) => headers['idempotency-key']);
    expect(keys[2]).toBe(keys[3]);
  });

  test('knows what fires: its end is told as what it was', async () => {
    const { end } = await begin('r', { match: { severity: 'critical' } });
    const critical = alert(1, { severity: 'critical', reason: 'jump' });
    await commitAlerts(store, [alert(0), critical]);
    await end();
    expect(tables().route).toEqual([{ name: 'r', position: 3, open: 2 }]);
    const { end: again } = await begin('r', { match: { severity: 'critical' } });
    await commitAlerts(store, [
      over(alert(0), { severity: 'critical' }),
      over(critical, { reason: 'surprise' }),
    ]);
    await again();
    expect(listener.bodies).toMatchObject([
      { series: 's1', state: 'firing' },
      { series: 's1', state: 'resolved', severity: 'critical', reason: 'jump' },
    ]);
    expect(tables().route).toEqual([{ name: 'r', position: 5, open: 5 }]);
  });
});

test('routes do not wait for one another, nor commits for them', async () => {
  const away = await new Listener().start();
  away.reply = () => 'hang';
  await begin('away', {}, away);
  const { outbox } = await begin('well');
  for (let n = 0; n < 20; n++) await commitAlerts(store, [alert(n)]);
  outbox.wake();
  await vi.waitFor(() => expect(series()).toEqual(names(0, 20)), { timeout: 5000 });
  await vi.waitFor(() => expect(series(away)).toEqual(['s0']), { timeout: 3000 });
  expect(tables().route).toEqual([
    { name: 'away', position: 1, open: 1 },
    { name: 'well', position: 21, open: 1 },
  ]);
  await away.stop();
  const back = listener;
  away.reply = () => ({ status: 200 });
  await away.start();
  await vi.waitFor(() => expect(new Set(series(away))).toEqual(new Set(series(back))), { timeout: 10_000 });
  await away.stop();
});

test('what is refused for good is put aside, with all it holds, and holds up nothing', async () => {
  listener.reply = ({ body }) => ({ status: body.includes('"series":"s1"') ? 410 : 200, text: 'gone' });
  const { end } = await begin();
  await commitAlerts(store, alerts(0, 3));
  await end();
  expect(series()).toEqual(names(0, 3));
  const { dead, route } = tables();
  expect(route).toMatchObject([{ position: 4 }]);
  expect(dead).toEqual([{ route: 'r', alert: 2, reason: '410 gone', payload: expect.any(String) }]);
  expect(JSON.parse(String(dead[0]!['payload']))).toMatchObject({
    series: 's1',
    state: 'firing',
    value: 61.234567,
  });
});

test('a lock that another process holds is waited for', async () => {
  const { outbox } = await begin();
  await commitAlerts(store, alerts(0, 2));
  store.database.exec('BEGIN IMMEDIATE');
  outbox.wake();
  await vi.waitFor(() => expect(series()).toEqual(['s0']), { timeout: 3000 });
  await new Promise((resolve) => {
    setTimeout(resolve, 700);
  });
  store.database.exec('ROLLBACK');
  // the position was not written: it comes again
  await vi.waitFor(() => expect(series().at(-1)).toBe('s1'), { timeout: 5000 });
  expect(new Set(series())).toEqual(new Set(['s0', 's1']));
});
