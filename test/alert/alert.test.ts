import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { AlertTurn } from '../../src/alert/turn.ts';
import { Memory } from '../../src/memory/memory.ts';
import { seededRandom } from '../../src/model/random.ts';
import type { SourceRecord } from '../../src/source/source.ts';
import { stateHash } from '../checks/bytes.ts';
import { record } from '../checks/topology.ts';
import { through } from '../frames.ts';
import { type AlertOptions, alertsOf, alertStages } from './stages.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);
/** Where something goes wrong. */
const WRONG = 1500;

const memories: Memory[] = [];
afterEach(() => {
  for (const memory of memories.splice(0)) memory.release();
});

/** Two series, one reading a minute each, of which `site1.a` may go wrong. */
function stream(
  wrong: (step: number, value: number) => number | undefined,
  steps = 2000,
  seed = 1,
): SourceRecord[] {
  const random = seededRandom(seed);
  const records: SourceRecord[] = [];
  for (let step = 0; step < steps; step++) {
    for (const s of ['site1.a', 'site2.b']) {
      const usual = 20 + Math.sin(step / 50) * 3 + random();
      const v = s === 'site1.a' ? wrong(step, usual) : usual;
      if (v !== undefined) records.push(record(records.length, { s, t: START + step * MINUTE, v }));
    }
  }
  return records;
}

function play(
  records: readonly SourceRecord[],
  options: Parameters<typeof alertsOf>[2] = {},
): readonly AlertTurn[] {
  const memory = new Memory();
  memories.push(memory);
  return alertsOf(memory, records, options);
}

const stepOf = ({ time }: AlertTurn): number => (time - START) / MINUTE;
const told = (turns: readonly AlertTurn[]): string[] =>
  turns.map((one) => `${one.series} ${one.turn} ${one.reason} ${stepOf(one)}`);
const spike = (step: number, value: number): number => (step === WRONG ? value + 50 : value);

describe('what goes wrong is told', () => {
  test('nothing where nothing goes wrong', () => {
    expect(told(play(stream((_, value) => value, 6000)))).toEqual([]);
  });

  test('a spike, at once, with what was expected; and its end', () => {
    const [fired, resolved, ...more] = play(stream(spike));
    expect(more).toEqual([]);
    expect(fired).toMatchObject({
      turn: 'firing',
      series: 'site1.a',
      severity: 'critical',
      since: fired!.time,
    });
    expect(stepOf(fired!)).toBe(WRONG);
    expect(fired!.value).toBeGreaterThan(65);
    expect(fired!.hi).toBeLessThan(30);
    expect(fired!.expected).toBeGreaterThan(fired!.lo);
    expect(resolved).toMatchObject({ turn: 'resolved', since: fired!.since });
    expect(stepOf(resolved!)).toBeGreaterThan(WRONG + 9);
    expect(stepOf(resolved!)).toBeLessThan(WRONG + 40);
  });

  test('what speaks for it, and what was most like it before', () => {
    const [fired] = play(stream(spike), { isNovel: true });
    const { surprise, jump, flatline, novelty, score } = fired!;
    expect(Math.max(surprise, jump, flatline, novelty)).toBe(score);
    expect(Math.min(surprise, jump, flatline, novelty)).toBeGreaterThanOrEqual(0);
    const rise = play(
      stream((step, value) => (step >= WRONG ? value + (step - WRONG) * 0.05 : value)),
      { isNovel: true },
    );
    const { nearest, nearestTime, value } = rise.find(
      (one) => one.turn === 'firing' && one.reason === 'novelty' && stepOf(one) > WRONG,
    )!;
    expect(nearest).toBeLessThan(value);
    expect(nearest).toBeGreaterThan(20);
    expect(nearestTime).toBeLessThan(START + WRONG * MINUTE + 400 * MINUTE);
    expect(nearestTime).toBeGreaterThanOrEqual(START);
  });

  test('what was most like it before, of each series by itself', () => {
    const records = Array.from({ length: 4000 }, (_, i) => {
      const step = i >> 1;
      const more = step >= WRONG ? (step - WRONG) * 0.02 : 0;
      const usual = Math.sin(step / 50) * 3 + more;
      return record(i, { s: i % 2 === 0 ? 'a' : 'b', t: START + step * MINUTE, v: usual + (i % 2) * 500 });
    });
    const novel = play(records, { isNovel: true }).filter(
      (one) => one.turn === 'firing' && one.reason === 'novelty' && stepOf(one) > WRONG,
    );
    expect(new Set(novel.map(({ series }) => series))).toEqual(new Set(['a', 'b']));
    for (const { nearest, value } of novel) expect(Math.abs(nearest - value)).toBeLessThan(20);
  });

  test('no more than the budget', () => {
    const usual = stream((_, value) => value, 4000);
    const rules = { raise: 0.15, clear: 0.1, clearFor: 'none', critical: 0.3 };
    const firings = (alerts: object): number =>
      play(usual, { alerts: { ...rules, ...alerts } }).filter(({ turn }) => turn === 'firing').length;
    expect(firings({})).toBeGreaterThan(9);
    expect(firings({ budget: 100 })).toBeLessThan(firings({}) / 2);
    expect(firings({ budget: 100 })).toBeGreaterThan(0);
  });

  test('a sensor that is stuck', () => {
    const turns = play(stream((step, value) => (step >= WRONG ? 21.5 : value)));
    const fired = turns.find(({ reason }) => reason === 'flatline')!;
    expect(fired).toMatchObject({ turn: 'firing', series: 'site1.a' });
    expect(stepOf(fired)).toBeGreaterThan(WRONG + 12);
    expect(stepOf(fired)).toBeLessThan(WRONG + 120);
  });

  test('a series that falls silent while others go on, and its return', () => {
    const turns = play(stream((step, value) => (step >= WRONG && step < 1800 ? undefined : value)));
    const [fired, resolved] = turns;
    expect(fired).toMatchObject({ turn: 'firing', series: 'site1.a', reason: 'silence' });
    expect(fired).toMatchObject({ peak: fired!.score, value: NaN, surprise: NaN });
    expect(stepOf(fired!)).toBeGreaterThan(WRONG + 3);
    expect(stepOf(fired!)).toBeLessThan(WRONG + 30);
    expect(resolved).toMatchObject({ turn: 'resolved' });
    expect(stepOf(resolved!)).toBeGreaterThanOrEqual(1800);
  });

  test('all of them falling silent: by the ticks', () => {
    const records = stream((_, value) => value);
    const last = START + 1999 * MINUTE;
    const tick = (minutes: number) =>
      ({ before: records.length, command: { kind: 'tick', time: last + minutes * MINUTE } }) as const;
    expect(told(play(records, { commands: [tick(1), tick(2)] }))).toEqual([]);
    const turns = play(records, { commands: [tick(1), tick(60)] });
    expect(told(turns)).toEqual(['site1.a firing silence 2059', 'site2.b firing silence 2059']);
    expect(turns[0]!.offset).toBeNaN();
  });
});

// Seen to fail when a turn is at the time of its reading, whatever the series was judged at before.
test('no two turns are at one time, also of a series that was silent and brings what it has kept', () => {
  const usual = stream((step, value) => (step % 7 === 3 ? value + 40 : value), 2600);
  const isKept = ({ offset }: SourceRecord): boolean => {
    const step = Math.floor(offset / 2);
    return offset % 2 === 0 && step >= WRONG && step % 200 >= 100;
  };
  // what `site1.a` keeps for a hundred minutes comes at the end of them
  const order = (one: SourceRecord): number =>
    isKept(one) ? Math.ceil(one.offset / 400) * 400 + one.offset / 1e6 : one.offset;
  const records = usual
    .toSorted((a, b) => order(a) - order(b))
    .map((one, offset): SourceRecord => ({ ...one, offset }));
  const rules = { raise: 0.12, clear: 0.1, clearFor: 'none', critical: 0.3, warmUp: 100, flaps: 1000 };
  const turns = play(records, { alerts: rules });
  expect(turns.some(({ reason, series }) => reason === 'silence' && series === 'site1.a')).toBe(true);
  const places = turns.map(({ series, time }) => `${series} ${time}`);
  expect(new Set(places).size).toBe(places.length);
  for (const { time, since } of turns) expect(time).toBeGreaterThanOrEqual(since);
});

test('of a series that has hardly begun silence says nothing', () => {
  const first = stream((step, value) => (step < 15 ? value : undefined));
  expect(told(play(first, { alerts: { warmUp: 0 } })).filter((line) => line.includes('silence'))).toEqual([]);
});

test('the row of a series that has fallen silent is one that has changed', () => {
  const memory = new Memory();
  memories.push(memory);
  const stages = alertStages(memory);
  const records = stream((_, value) => value);
  through(stages, { partition: 0, records, next: records.length });
  memory.committed();
  const time = START + 3000 * MINUTE;
  const [frame] = through(stages, {
    partition: 0,
    records: [],
    next: records.length,
    command: { kind: 'tick', time },
  });
  expect(frame!.alerts.length).toBe(2);
  expect(Array.from(memory.changed(), ({ series }) => series)).toEqual(['site1.a', 'site2.b']);
});

test('labels come from the name of the series', () => {
  const alerts = { labels: String.raw`^(?<site>[^.]+)\.(?<sensor>.+)` };
  expect(play(stream(spike), { alerts })[0]!.labels).toEqual({ site: 'site1', sensor: 'a' });
});

describe('nobody is told', () => {
  const from = new Date(START + (WRONG - 10) * MINUTE).toISOString();
  const to = new Date(START + (WRONG + 3) * MINUTE).toISOString();

  test('in maintenance; where it still fires when that is over, then', () => {
    const maintenance = [{ series: 'site1.*', from, to }];
    const turns = play(stream(spike), { alerts: { maintenance } });
    expect(turns.map(({ turn, isMuted }) => [turn, isMuted])).toEqual([
      ['firing', true],
      ['firing', false],
      ['resolved', false],
    ]);
    expect(stepOf(turns[1]!)).toBe(WRONG + 3);
    expect(
      play(stream(spike), { alerts: { maintenance: [{ series: 'site2.*', from, to }] } })[0]!.isMuted,
    ).toBe(false);
  });

  test('while the series is muted', () => {
    const records = stream(spike);
    const mute = { kind: 'mute', series: 'site1.*', until: START + 1900 * MINUTE } as const;
    const turns = play(records, { commands: [{ before: 100, command: mute }] });
    expect(turns.map(({ turn, isMuted }) => [turn, isMuted])).toEqual([
      ['firing', true],
      ['resolved', true],
    ]);
  });
});

test('false alerts make the next one less likely, a true one takes that back', () => {
  const bump = (step: number, value: number): number =>
    step >= WRONG && step % 100 === 0 ? value + 18 : value;
  const records = stream(bump);
  const feedback = (before: number, isTrue: boolean) =>
    ({ before, command: { kind: 'feedback', series: 'site1.a', isTrue } }) as const;
  const fired = (commands: Parameters<typeof feedback>[]): number =>
    play(records, { commands: commands.map((one) => feedback(...one)) }).filter(
      ({ turn }) => turn === 'firing',
    ).length;
  const all = fired([]);
  expect(all).toBeGreaterThan(0);
  const many = Array.from({ length: 8 }, (_, i): [number, boolean] => [200 + i, false]);
  expect(fired(many)).toBe(0);
  expect(fired([...many, [300, true]])).toBe(all);
});

// Invariant 2. Seen to fail when `silence` looks at the end of a frame, and when `alert` takes all silences after its rows.
test('the same alerts and the same state, however the readings are cut into frames', () => {
  const wrong = (step: number, value: number): number | undefined =>
    step > 700 && step % 400 < 60 ? undefined : step % 300 === 299 ? value + 30 : value;
  fc.assert(
    fc.property(fc.nat(100), fc.array(fc.nat(3000), { maxLength: 40 }), (seed, cuts) => {
      const records = stream(wrong, 1500, seed);
      const commands = [
        { before: 1000, command: { kind: 'feedback', series: 'site1.a', isTrue: false } },
        { before: 2100, command: { kind: 'mute', series: '*', until: START + 1100 * MINUTE } },
      ] as const;
      const options: AlertOptions = { alerts: { warmUp: 100 } };
      const outcome = (at: readonly number[]) => {
        const memory = new Memory();
        const turns = alertsOf(memory, records, { ...options, commands, cuts: at });
        const hash = stateHash(memory);
        memory.release();
        return { turns, hash };
      };
      const whole = outcome([]);
      expect(whole.turns.length).toBeGreaterThan(3);
      expect(whole.turns.some(({ reason }) => reason === 'silence')).toBe(true);
      expect(outcome(cuts.map((cut) => Math.min(cut, records.length)))).toEqual(whole);
    }),
    { numRuns: 8 },
  );
});
