// @ts-check
import { expect, test } from 'vitest';
import { sentence, stateOf } from '../../../src/serve/page/state.js';

/** @import { RunStatus } from '../../../src/serve/status.ts' */

/** @type {RunStatus} */
const status = {
  pipeline: 'live-forecast',
  state: 'running',
  message: '',
  readings: 1,
  earlierReadings: 0,
  readingsPerSecond: 1,
  series: 3,
  partitions: 1,
  waiting: 0,
  progress: null,
  replay: null,
  eventTime: 0,
  deadLetters: {},
  events: {},
  alerts: null,
  bytesPerSeries: 1,
  model: { name: 'm', cell: 'lstm', hidden: 64 },
  nominalCoverage: 0.9,
  summary: [],
  data: 'd',
  startedAt: 0,
};

test('two words and a tone for every state', () => {
  expect(stateOf(null, 'connecting')).toEqual({ text: 'Connecting…', tone: 'quiet' });
  expect(stateOf(status, 'open')).toEqual({ text: 'Live', tone: 'good' });
  expect(stateOf({ ...status, progress: 0.999 }, 'open')).toEqual({ text: 'Replaying 99 %', tone: 'busy' });
  const replay = { position: 1, next: 2, speed: '1x', isPaused: true, secondsLeft: null };
  expect(stateOf({ ...status, progress: 0.5, replay }, 'open')).toEqual({
    text: 'Paused at 50 %',
    tone: 'warn',
  });
  expect(stateOf({ ...status, state: 'done', progress: 1 }, 'open')).toEqual({
    text: 'Finished',
    tone: 'good',
  });
  expect(stateOf({ ...status, state: 'stopping' }, 'open').tone).toBe('warn');
  expect(stateOf({ ...status, state: 'failed' }, 'open')).toEqual({ text: 'Failed', tone: 'bad' });
});

test('whatever was known, a lost connection comes first', () => {
  for (const state of /** @type {const} */ (['running', 'done', 'failed'])) {
    expect(stateOf({ ...status, state }, 'lost').text).toBe('Connection lost – reconnecting');
  }
});

test('one sentence says what is shown', () => {
  expect(sentence(status)).toBe(
    'What 3 sensors will show next, forecast by an LSTM of 64 units, with bands for 90 %.',
  );
  expect(
    sentence({ ...status, series: 1, model: { name: 'm', cell: 'gru', hidden: 8 }, nominalCoverage: null }),
  ).toBe('What one sensor will show next, forecast by a GRU of 8 units.');
});
