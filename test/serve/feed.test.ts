import { expect, test } from 'vitest';
import { LiveFeed } from '../../src/serve/feed.ts';
import { demoStatus } from './demo.ts';
import { forecasts, readings } from './points.ts';

test('a connection gets the points of its series only', () => {
  const feed = new LiveFeed();
  const a = feed.subscribe('a');
  const b = feed.subscribe('b');
  const none = feed.subscribe(null);
  feed.publish([readings(['a', 1, 10], ['b', 1, 20], ['c', 1, 30]), forecasts('01', ['b', 2, 5, 4, 6])]);
  expect(a?.take()).toMatchObject([{ window: { readings: { time: [1], value: [10] }, forecasts: [] } }]);
  expect(b?.take()).toMatchObject([
    { window: { readings: { value: [20] }, forecasts: [{ h: '01', yhat: [5] }] } },
  ]);
  expect(none?.take()).toEqual([]);
});

test('groups that share their column of names are told apart from groups that do not', () => {
  const feed = new LiveFeed();
  const a = feed.subscribe('a');
  const first = readings(['a', 1, 10], ['b', 1, 20]);
  const shared = { ...forecasts('01', ['x', 2, 1, 1, 1], ['x', 2, 2, 2, 2]), series: first.series };
  const other = forecasts('02', ['b', 3, 3, 3, 3], ['a', 3, 4, 4, 4]);
  feed.publish([first, shared, other]);
  expect(a?.take()).toMatchObject([
    {
      window: {
        readings: { value: [10] },
        forecasts: [
          { h: '01', yhat: [1] },
          { h: '02', yhat: [4] },
        ],
      },
    },
  ]);
});

test('several connections to one series each get everything', () => {
  const feed = new LiveFeed();
  const one = feed.subscribe('a');
  const two = feed.subscribe('a');
  feed.publish([readings(['a', 1, 10])]);
  expect(one?.take()).toEqual(two?.take());
});

test('the status goes to all', () => {
  const feed = new LiveFeed();
  const mailboxes = [feed.subscribe('a'), feed.subscribe(null)];
  feed.status(demoStatus(3));
  for (const mailbox of mailboxes)
    expect(mailbox?.take()).toEqual([{ kind: 'status', status: demoStatus(3) }]);
});

test('a connection that takes nothing holds a bounded number of rows', () => {
  const feed = new LiveFeed({ rows: 50 });
  const slow = feed.subscribe('a');
  for (let t = 0; t < 10_000; t++) {
    feed.publish([readings(['a', t, t])]);
    expect(slow!.rows).toBeLessThanOrEqual(50);
  }
  expect(slow?.take()).toEqual([{ kind: 'reload' }]);
});

test('as many connections as allowed, and a place is free when one leaves', () => {
  const feed = new LiveFeed({ connections: 2 });
  const first = feed.subscribe('a');
  feed.subscribe('a');
  expect(feed.subscribe('b')).toBeNull();
  first?.close();
  expect(feed.connections).toBe(1);
  expect(feed.subscribe('b')).not.toBeNull();
  feed.publish([readings(['a', 1, 1])]);
  expect(first?.take()).toEqual([]);
});
