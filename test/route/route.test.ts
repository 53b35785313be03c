import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Log } from '../../src/log.ts';
import type { Ending } from '../../src/route/outbox.ts';
import { receiverOf } from '../../src/route/receivers.ts';
import { Route } from '../../src/route/route.ts';
import type { ToldAlert } from '../../src/route/told-alert.ts';
import { over, told } from './alerts.ts';
import { Listener } from './listener.ts';
import { routeOf } from './route-of.ts';

const retry = { first: '10ms', longest: '20ms' };
const START = { position: 0, isWhole: true };
const a = told({ series: 'a' });
const b = told({ series: 'b' });

let listener: Listener;
let stop: AbortController;
let giveUp: AbortController;
let ending: Ending;
let said: [level: string, message: string, facts: Readonly<Record<string, unknown>>][];
const log = Object.fromEntries(
  ['debug', 'info', 'warn', 'error'].map((level) => [
    level,
    (facts: Readonly<Record<string, unknown>>, message: string) => said.push([level, message, facts]),
  ]),
) as unknown as Log;
beforeEach(async () => {
  listener = await new Listener().start();
  [stop, giveUp, said] = [new AbortController(), new AbortController(), []];
  ending = { stop: stop.signal, giveUp: giveUp.signal };
});
afterEach(async () => {
  giveUp.abort();
  stop.abort();
  await listener.stop();
});

async function begin(kind: 'webhook' | 'alertmanager' = 'webhook', more: object = {}) {
  const settings = routeOf(kind, { url: listener.url, retry, ...more });
  const route = new Route(settings, await receiverOf(settings), log);
  const follower = route.follow(START);
  let place = 0;
  return { route, follower, take: (alert: ToldAlert) => route.take(follower, place++, alert, ending) };
}

/** What came, in order. */
const keys = (): string[] =>
  listener.heard.map(({ headers }) => String(headers['idempotency-key']).replace(/@\d+/, ''));

describe('while the receiver is away or busy', () => {
  test('an alert is sent until it is taken, and the next one waits for it', async () => {
    const replies = [500, 503, 429, 408, 200, 200];
    listener.reply = () => ({ status: replies.shift()! });
    const { take } = await begin();
    const [first, second] = await Promise.all([take(a), take(over(a))]);
    expect([first, second]).toEqual([{ isTold: true }, { isTold: true }]);
    expect(keys()).toEqual([...Array.from({ length: 5 }, () => 'a/firing'), 'a/resolved']);
  });

  test('also when nobody listens, hangs up or says nothing', async () => {
    const { take } = await begin('webhook', { timeout: '50ms' });
    const replies = ['reset', 'hang', { status: 200 }] as const;
    let n = 0;
    listener.reply = () => replies[n++]!;
    await listener.stop();
    const taken = take(a);
    await wait(100);
    expect(keys()).toEqual([]);
    await listener.start();
    expect(await taken).toEqual({ isTold: true });
    expect(keys()).toEqual(['a/firing', 'a/firing', 'a/firing']);
  });

  test('what it has taken and refused is counted, and how often that was tried again', async () => {
    const replies = [500, 503, 200, 400, 200];
    listener.reply = () => ({ status: replies.shift()! });
    const { route, take } = await begin();
    for (const alert of [a, b, over(a)]) await take(alert);
    expect([route.told, route.refused, route.outage.failures, route.outage.seconds]).toEqual([2, 1, 2, 0]);
  });

  test('it is said once that it is away, and once that it is back', async () => {
    const replies = [500, 500, 500, 200, 200, 500, 200];
    listener.reply = () => ({ status: replies.shift()! });
    const { take } = await begin();
    for (const alert of [a, b, over(a)]) await take(alert);
    expect(said.map(([level, message]) => [level, message.slice(0, 30)])).toEqual([
      ['warn', 'A receiver of alerts is away; '],
      ['info', 'A receiver of alerts is back'],
      ['warn', 'A receiver of alerts is away; '],
      ['info', 'A receiver of alerts is back'],
    ]);
  });

  test('it waits as long as it is asked to, but no longer than the settings allow', async () => {
    const at: number[] = [];
    const asks = ['1', '3600'];
    listener.reply = () => {
      at.push(performance.now());
      const asked = asks.shift();
      return asked === undefined ? { status: 200 } : { status: 429, headers: { 'retry-after': asked } };
    };
    const { take } = await begin('webhook', { retry: { ...retry, longestAsked: '1.2s' } });
    await take(a);
    expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(990);
    expect(at[2]! - at[1]!).toBeGreaterThanOrEqual(1190);
  });
});

describe('an alert that is refused for good', () => {
  test('is sent once, logged with all it holds, and holds up nobody', async () => {
    listener.reply = ({ body }) =>
      body.includes('"series":"a"') ? { status: 422, text: 'no such' } : { status: 200 };
    const { route, take } = await begin();
    expect(await take(a)).toEqual({ isTold: true, refused: { alert: a, reason: '422 no such' } });
    expect(await take(b)).toEqual({ isTold: true });
    expect(keys()).toEqual(['a/firing', 'b/firing']);
    // a fires, though its receiver would not hear of it
    expect(route.facts).toMatchObject({ name: 'r', told: 1, refused: 1, firing: 2, awaySeconds: null });
    expect(said).toEqual([
      [
        'error',
        'An alert is refused for good: it is not told',
        {
          route: 'r',
          reason: '422 no such',
          alert: expect.objectContaining({ id: a.id, value: a.value, text: expect.any(String) }),
        },
      ],
    ]);
  });

  test('so is one that cannot be written at all', async () => {
    const settings = routeOf('stdout');
    const broken = {
      ...(await receiverOf(settings)),
      deliver: () => Promise.reject(new RangeError('Invalid time value')),
    };
    const route = new Route(settings, broken, log);
    expect(await route.take(route.follow(START), 0, a, ending)).toMatchObject({
      refused: { reason: 'Invalid time value' },
    });
  });
});

describe('a stop', () => {
  test('ends the waiting for a receiver that is away: the alert is not told', async () => {
    listener.reply = () => ({ status: 500 });
    const { route, take, follower } = await begin('webhook', { retry: { first: '1h', longest: '1h' } });
    const taken = take(a);
    await vi.waitFor(() => expect(listener.heard.length).toBe(1));
    await vi.waitFor(() => expect(route.facts.awaySeconds).toBeGreaterThanOrEqual(0));
    expect(route.facts).toMatchObject({ told: 0, refused: 0, firing: 0 });
    stop.abort(new Error('enough'));
    await expect(taken).rejects.toThrow('enough');
    expect(follower.firing).toEqual([]);
  });

  test('lets what is under way come to its end', async () => {
    const answer = Promise.withResolvers<{ status: number }>();
    listener.reply = () => answer.promise;
    const { take } = await begin();
    const taken = take(a);
    await vi.waitFor(() => expect(listener.heard.length).toBe(1));
    stop.abort(new Error('enough'));
    answer.resolve({ status: 200 });
    expect(await taken).toEqual({ isTold: true });
  });

  test('but not for ever', async () => {
    listener.reply = () => 'hang';
    const { take } = await begin();
    const taken = take(a);
    await vi.waitFor(() => expect(listener.heard.length).toBe(1));
    stop.abort(new Error('enough'));
    giveUp.abort(new Error('too late'));
    await expect(taken).rejects.toThrow(/enough|too late|aborted/);
  });

  test('what is there is still told, as long as the receiver takes it', async () => {
    const { take } = await begin();
    stop.abort(new Error('enough'));
    expect(await take(a)).toEqual({ isTold: true });
    listener.reply = () => ({ status: 500 });
    await expect(take(over(a))).rejects.toThrow('500');
    expect(keys()).toEqual(['a/firing', 'a/resolved']);
  });
});

describe('a receiver that forgets', () => {
  const fires = (): string[][] =>
    listener.heard.map(({ body, at }) =>
      (JSON.parse(body) as { labels: { series: string }; endsAt: string }[]).map(
        ({ labels, endsAt }) => `${labels.series}${Date.parse(endsAt) > at ? '' : ' over'}`,
      ),
    );

  test('is told again of what fires, and of nothing that is over', async () => {
    const { route, take } = await begin('alertmanager', { resendEvery: '100ms' });
    route.start(ending);
    await take(a);
    await take(b);
    await vi.waitFor(() => expect(fires()).toContainEqual(['a', 'b']));
    await take(over(a));
    listener.heard.length = 0;
    await vi.waitFor(() => expect(fires().length).toBeGreaterThan(2));
    expect(
      fires()
        .flat()
        .every((each) => each === 'b'),
    ).toBe(true);
    await take(over(b));
    listener.heard.length = 0;
    await wait(350);
    expect(fires()).toEqual([]);
    route.end();
  });

  test('never after it was told that it is over, however slow it is', async () => {
    const { route, take } = await begin('alertmanager', { resendEvery: '100ms' });
    listener.reply = async () => {
      await wait(70);
      return { status: 200 };
    };
    route.start(ending);
    for (let i = 0; i < 8; i++) {
      await take(a);
      await wait(60);
      await take(over(a));
      const before = fires().length;
      await wait(150);
      expect(fires().slice(before)).toEqual([]);
    }
    route.end();
    const all = fires().flat();
    expect(all.filter((each) => each === 'a over').length).toBe(8);
    expect(all.at(-1)).toBe('a over');
  });
});
