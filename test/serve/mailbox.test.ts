import { expect, test, vi } from 'vitest';
import { Mailbox } from '../../src/serve/mailbox.ts';
import { demoStatus } from './demo.ts';
import { anomalies, events, forecasts, readings } from './points.ts';

const ignore = (): void => undefined;

test('puts together what came, and gives it once', () => {
  const mailbox = new Mailbox(100, ignore);
  mailbox.add(readings(['a', 1, 10], ['b', 1, 99]), [0]);
  mailbox.add(forecasts('01', ['a', 2, 11, 9, 13]), [0]);
  mailbox.add(readings(['a', 2, 12]), [0]);
  mailbox.add(forecasts('01', ['a', 3, 12, 10, 14]), [0]);
  mailbox.add(anomalies(['a', 2, 12, 5, 11, 9, 13]), [0]);
  mailbox.add(events('drift-up', '01', ['b', 2, 9, 3], ['a', 2, 7, 3]), [1]);
  expect(mailbox.take()).toEqual([
    {
      kind: 'points',
      window: {
        readings: { time: [1, 2], value: [10, 12] },
        forecasts: [{ h: '01', time: [2, 3], yhat: [11, 12], lo: [9, 10], hi: [13, 14] }],
        anomalies: { time: [2], value: [12], score: [5], expected: [11], lo: [9], hi: [13] },
        events: { time: [2], kind: ['drift-up'], h: ['01'], value: [7], expected: [3] },
      },
    },
  ]);
  expect(mailbox.take()).toEqual([]);
});

test('of statuses only the newest waits', () => {
  const mailbox = new Mailbox(100, ignore);
  mailbox.put(demoStatus(1));
  mailbox.put(demoStatus(2));
  expect(mailbox.take()).toEqual([{ kind: 'status', status: demoStatus(2) }]);
});

test('more than the limit becomes a reload, and takes no more memory', () => {
  const mailbox = new Mailbox(10, ignore);
  for (let t = 0; t < 10; t++) mailbox.add(readings(['a', t, t]), [0]);
  expect(mailbox.rows).toBe(10);
  for (let t = 10; t < 1000; t++) mailbox.add(readings(['a', t, t]), [0]);
  expect(mailbox.rows).toBe(0);
  expect(mailbox.take()).toEqual([{ kind: 'reload' }]);

  mailbox.add(readings(['a', 1001, 1]), [0]);
  expect(mailbox.take()).toMatchObject([{ kind: 'points', window: { readings: { time: [1001] } } }]);
});

test('what a late reading has revised becomes a reload', () => {
  const mailbox = new Mailbox(10, ignore);
  const block = forecasts('01', ['a', 2, 11, 9, 13], ['a', 3, 11, 9, 13]);
  const points = { ...block, fields: { ...block.fields, revision: Float64Array.of(0, 8) } };
  mailbox.add(points, [0]);
  expect(mailbox.take()).toMatchObject([{ kind: 'points' }]);
  mailbox.add(points, [0, 1]);
  expect(mailbox.take()).toEqual([{ kind: 'reload' }]);
});

test('says when something arrives, and when it is closed', async () => {
  const onClose = vi.fn<() => void>();
  const mailbox = new Mailbox(10, onClose);
  const told = vi.fn<() => void>();
  const first = mailbox.arrival().then(told);
  await Promise.resolve();
  expect(told).not.toHaveBeenCalled();
  mailbox.put(demoStatus(1));
  await first;
  // What waits already has arrived.
  await mailbox.arrival();
  mailbox.take();
  const second = mailbox.arrival();
  mailbox.close();
  mailbox.close();
  await second;
  expect(mailbox.closed).toBe(true);
  expect(onClose).toHaveBeenCalledOnce();
});
