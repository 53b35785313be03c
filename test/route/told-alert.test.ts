import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { AlertTurn } from '../../src/alert/turn.ts';
import { alertOfMessage, alertOfPoint, alertOfRow, turnKey } from '../../src/route/told-alert.ts';
import { alertPoints } from '../../src/sink/alert-points.ts';
import { pointMessages } from '../../src/store/kafka-messages.ts';
import { SqliteStore } from '../../src/store/sqlite.ts';
import { commitAlerts, turnOf } from './committed.ts';
import { over, told } from './alerts.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-told-'));
afterAll(() => rmSync(folder, { recursive: true }));

const alerts = [
  told({ channel: 'load' }),
  told({
    series: 'novel',
    reason: 'novelty',
    novelty: 0.6,
    nearest: 70.5,
    nearestTime: Date.UTC(2026, 0, 1),
    jump: null,
  }),
  over(told({ reason: 'silence', value: null, expected: null, lo: null, hi: null, labels: {} })),
  told({
    series: 'müller/"x"\n',
    isMuted: true,
    severity: 'critical',
    state: 'pending',
    labels: { a: '1', b: '' },
  }),
  told({ series: 'late', since: 5, revision: 9, isNews: true }),
  told({ series: 'late', since: 6, state: 'withdrawn', withdraws: 'resolved', revision: 9, isNews: false }),
];

test('a row of SQLite tells what was committed', async () => {
  const path = join(folder, 'a.db');
  const store = new SqliteStore(path, { retention: 1e12 });
  await commitAlerts(store, alerts);
  const rows = store.database.prepare('SELECT * FROM alert ORDER BY id').all();
  await store.close();
  expect(rows.map(alertOfRow)).toEqual(alerts);
});

test('a message of Kafka tells the same', () => {
  const points = alertPoints({ alerts: alerts.map((alert): AlertTurn => turnOf(alert)) });
  const messages = points.flatMap((block) => [...pointMessages(block, 0)]);
  expect(messages.map(({ value }) => alertOfMessage(Buffer.from(String(value))))).toEqual(alerts);
});

test('a point tells the same', () => {
  const points = alertPoints({ alerts: alerts.map((alert): AlertTurn => turnOf(alert)) });
  expect(points.map((block) => alertOfPoint(block, 0))).toEqual(alerts);
});

test('what a late reading has made of a turn has another key', () => {
  const alert = told({ series: 'a', since: 5 });
  expect([turnKey(alert), turnKey({ ...alert, revision: 0 }), turnKey({ ...alert, revision: 7 })]).toEqual([
    'a@5/firing',
    'a@5/firing',
    'a@5/firing/7',
  ]);
});

test.each([null, Buffer.from('{'), Buffer.from('[]'), Buffer.from('{"series":"a"}')])(
  '%s is none',
  (value) => {
    expect(() => alertOfMessage(value)).toThrow(/expected|JSON/);
  },
);
