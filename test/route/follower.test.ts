import { describe, expect, test } from 'vitest';
import { Follower } from '../../src/route/follower.ts';
import type { ToldAlert } from '../../src/route/told-alert.ts';
import { over, told } from './alerts.ts';

const settings = { match: { severity: 'warning', series: '*', labels: {} }, sendResolved: true } as const;
const START = { position: 0, isWhole: true };
const a = told({ series: 'a' });
const b = told({ series: 'b' });

/** Takes in turns, and gives what was to be told. */
function all(follower: Follower, turns: readonly ToldAlert[]): (string | undefined)[] {
  return turns.map((turn, place) => {
    const tell = follower.toTell(place, turn);
    follower.passed(place, turn);
    return tell && `${tell.series} ${tell.state}`;
  });
}

describe('what is told', () => {
  test('that it fires and that it is over; not that it may fire, nor that it does not', () => {
    const turns = [
      told({ series: 'a', state: 'pending' }),
      told({ series: 'a', state: 'dropped' }),
      a,
      over(a),
    ];
    expect(all(new Follower(settings, START), turns)).toEqual([
      undefined,
      undefined,
      'a firing',
      'a resolved',
    ]);
  });

  test('nothing of an alert that is muted, or has been when it fired', () => {
    const muted = { ...a, isMuted: true };
    expect(all(new Follower(settings, START), [muted, over(muted), muted, over(a)])).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('of an alert that is muted no longer all that follows', () => {
    expect(all(new Follower(settings, START), [{ ...a, isMuted: true }, a, over(a)])).toEqual([
      undefined,
      'a firing',
      'a resolved',
    ]);
  });

  test('that a late reading has made it none, or not over; nothing where only a turn has moved', () => {
    const gone = (turn: ToldAlert, revision: number, isNews = true): ToldAlert => ({
      ...turn,
      state: 'withdrawn',
      withdraws: turn.state === 'resolved' ? 'resolved' : 'firing',
      revision,
      isNews,
    });
    const follower = new Follower(settings, START);
    const turns = [a, over(a), gone(over(a), 5), { ...a, revision: 7, isNews: false }, gone(a, 7, false)];
    expect(all(follower, turns)).toEqual(['a firing', 'a resolved', 'a firing', undefined, undefined]);
    const withdrawn = follower.toTell(9, gone(a, 9))!;
    expect(withdrawn).toMatchObject({ state: 'resolved', isWithdrawn: true, revision: 9, value: a.value });
    expect(follower.toTell(9, over(a))).toMatchObject({ state: 'resolved', revision: 5 });
    follower.passed(9, gone(a, 9));
    expect(follower.firing).toEqual([]);
    expect(follower.toTell(10, gone(a, 10))).toBeUndefined();
    expect(follower.toTell(10, { ...gone(over(a), 10), isMuted: true })).toBeUndefined();
  });

  test('not that it stands again, where it is not told that it is over', () => {
    const follower = new Follower({ ...settings, sendResolved: false }, START);
    const again = { ...over(a), state: 'withdrawn', withdraws: 'resolved', revision: 5 } as const;
    expect(all(follower, [a, over(a), again])).toEqual(['a firing', undefined, undefined]);
    expect(follower.firing.map(({ id }) => id)).toEqual([a.id]);
  });

  test('not the end of one that was a warning, where only critical ones are told', () => {
    const critical = { ...settings, match: { ...settings.match, severity: 'critical' } } as const;
    const turns = [a, over(a, { severity: 'critical' }), { ...b, severity: 'critical' as const }, over(b)];
    expect(all(new Follower(critical, START), turns)).toEqual([
      undefined,
      undefined,
      'b firing',
      'b resolved',
    ]);
  });

  test('no end where that is not wanted; it fires no longer all the same', () => {
    const follower = new Follower({ ...settings, sendResolved: false }, START);
    expect(all(follower, [a, over(a)])).toEqual(['a firing', undefined]);
    expect(follower.firing).toEqual([]);
  });

  test('the end as what it was when it fired', () => {
    const follower = new Follower(settings, START);
    follower.passed(0, a);
    const end = over(a, {
      severity: 'critical',
      reason: 'jump',
      channel: 'x',
      value: 1,
      expected: 2,
      peak: 0.9,
    });
    expect(follower.toTell(1, end)).toEqual({
      ...a,
      state: 'resolved',
      time: end.time,
      peak: 0.9,
    });
  });
});

describe('after a restart', () => {
  test('what was told before is only taken in', () => {
    const follower = new Follower(settings, { position: 2, isWhole: true });
    expect(all(follower, [a, b, over(a), over(b)])).toEqual([
      undefined,
      undefined,
      'a resolved',
      'b resolved',
    ]);
  });

  test('the end of an alert that is not known is told where it may have been told that it fires', () => {
    const [whole, torn] = [true, false].map((isWhole) => new Follower(settings, { position: 0, isWhole }));
    expect(all(whole!, [over(a)])).toEqual([undefined]);
    expect(all(torn!, [over(a), over({ ...b, isMuted: true })])).toEqual(['a resolved', undefined]);
  });
});

test('knows what fires, and where the oldest of it stands', () => {
  const follower = new Follower(settings, START);
  expect(follower.oldest).toBeUndefined();
  follower.passed(3, a);
  follower.passed(4, b);
  expect([follower.oldest, follower.firing]).toEqual([3, [a, b]]);
  follower.passed(5, over(a));
  expect([follower.oldest, follower.firing]).toEqual([4, [b]]);
  follower.passed(6, over(b));
  expect(follower.oldest).toBeUndefined();
});
