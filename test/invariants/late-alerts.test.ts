import fc from 'fast-check';
import { expect, test } from 'vitest';
import { standingAlerts } from '../../src/alert/standing.ts';
import type { AlertTurn } from '../../src/alert/turn.ts';
import type { Command } from '../../src/command.ts';
import { Memory } from '../../src/memory/memory.ts';
import { seededRandom } from '../../src/model/random.ts';
import { Follower } from '../../src/route/follower.ts';
import { alertOfPoint, type ToldAlert } from '../../src/route/told-alert.ts';
import { alertPoints } from '../../src/sink/alert-points.ts';
import { oddPoints } from '../../src/sink/frame-points.ts';
import { type AlertOptions, alertStages } from '../alert/stages.ts';
import { StandingTurns } from '../checks/late-alerts.ts';
import { inOrder, type LateReading, orderedStream, shuffledWithin, Standing } from '../checks/late.ts';
import { record } from '../checks/topology.ts';
import { through } from '../frames.ts';

const MINUTE = 60_000;
const MATCH = { severity: 'warning', series: '*', labels: {} } as const;

/** What a person says once the partition has come so far, ms of event time. */
interface Said {
  readonly at: number;
  readonly command: Command;
}

interface Course {
  readonly options: AlertOptions;
  readonly said?: readonly Said[];
  /** Of the batches, the commits, rollbacks and restarts. */
  readonly seed: number;
}

/** Runs records through the stages of alerts in batches of any lengths; between them commits, rollbacks, and restarts from what was committed. */
function course(readings: readonly LateReading[], { options, said = [], seed }: Course) {
  const random = seededRandom(seed);
  const build = () => {
    const memory = new Memory();
    return { memory, stages: alertStages(memory, options) };
  };
  let part = build();
  const turns: AlertTurn[] = [];
  const odd = new Standing();
  const watermarks: number[] = [];
  for (const { t } of readings) watermarks.push(Math.max(t, watermarks.at(-1) ?? 0));
  /** Each takes effect before the record of its place. */
  const commands = said.map(({ at, command }) => ({
    before: watermarks.findIndex((one) => one >= at) + 1,
    command,
  }));
  let pending: (() => void)[] = [];
  let committed = 0;
  let at = 0;
  let obeyed = 0;
  let obeyedThen = 0;
  while (at < readings.length) {
    const due = commands[obeyed];
    const isDue = due !== undefined && due.before === at;
    const until = due && !isDue ? due.before : readings.length;
    const end = isDue ? at : Math.min(until, at + 1 + Math.floor(random() * 60));
    const records = readings.slice(at, end).map((one, i) => record(at + i, one));
    const batch = { partition: 0, records, next: end, ...(isDue && { command: due.command }) };
    const frames = through(part.stages, batch);
    pending.push(() => {
      for (const frame of frames) {
        turns.push(...frame.alerts);
        odd.take(oddPoints(frame, { raise: 0.2 }));
      }
    });
    at = end;
    if (isDue) obeyed++;
    const fate = random();
    if (fate < 0.1) {
      part.memory.rollback();
      pending = [];
      [at, obeyed] = [committed, obeyedThen];
    } else if (fate < 0.5 || at === readings.length) {
      part.memory.committed();
      for (const take of pending) take();
      pending = [];
      [committed, obeyedThen] = [at, obeyed];
    }
    if (random() < 0.3 && pending.length === 0) {
      const rows = [...part.memory.all()].map(({ series, bytes }) => ({ series, bytes: bytes.slice() }));
      const partition = part.memory.partitionBytes().slice();
      part.memory.release();
      part = build();
      part.memory.restore(rows, partition);
    }
  }
  const standing = new StandingTurns();
  standing.take(alertPoints({ alerts: turns }));
  const stand = standingAlerts(part.memory).toSorted((a, b) => (a.series < b.series ? -1 : 1));
  const people = new People(turns);
  const result = { people, rows: numbersByName(part.memory), turns, standing, stand, odd: odd.sorted };
  part.memory.release();
  return result;
}

const RULES = { raise: 0.2, clear: 0.15, critical: 0.4, warmUp: 40, clearFor: '4m' };
const CASES: readonly (readonly [string, AlertOptions])[] = [
  ['at once', { alerts: RULES }],
  ['after a while, and with a pause', { alerts: { ...RULES, holdFor: '2m', cooldown: '15m' } }],
  ['coming and going', { alerts: { ...RULES, clearFor: 'none', flaps: 2, flapWithin: '30m' } }],
  ['within a budget', { alerts: { ...RULES, raise: 0.12, clear: 0.1, budget: 5000 } }],
  [
    'in maintenance',
    {
      alerts: {
        ...RULES,
        maintenance: [{ series: '*', from: '2026-01-01T01:20:00Z', to: '2026-01-01T02:10:00Z' }],
      },
    },
  ],
  ['what was not before', { alerts: RULES, isNovel: true, novelty: { warmUp: 60 } }],
  ['of several channels', { alerts: RULES, values: ['v', 'w'] }],
];

/** What shuffled streams have made of alerts, in all cases together. `moved`: told again, as what people know. */
const sums = { told: 0, silence: 0, withdrawn: 0, moved: 0, again: 0, over: 0 };

// Seen to fail without `isNewest`; where nothing is withdrawn, or all of it is news; where what was told does not move with its readings; where orders have no
// time, or lie in the images; where looks are at the newest reading, or at once; where the alert of silence lies in the images; where odd readings that stand
// are told again, and where those that are none are not withdrawn.
test.each(CASES)(
  'within the grace a shuffled stream ends with the alerts of the sorted one: %s',
  (_, given) => {
    const align = { every: '1m', grace: '7m', graceReadings: 2000 };
    const options = { ...given, align };
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(1e6), (seed, order) => {
        const stream = orderedStream(seed, 600, { outliers: 0.03 });
        const arrivals = shuffledWithin(stream, 7 * MINUTE, order);
        // at watermarks that both streams come to
        const reached = (k: number): number => Math.max(...arrivals.slice(0, k).map(({ t }) => t));
        const said = (
          [
            [150, { kind: 'mute', series: 'series-1', until: reached(260) }],
            [200, { kind: 'feedback', series: 'series-0', isTrue: false }],
            [300, { kind: 'mute', series: '*', until: reached(330) }],
            [305, { kind: 'mute', series: 'series-2', until: 0 }],
            [420, { kind: 'feedback', series: 'series-0', isTrue: true }],
          ] as const
        ).map(([k, command]) => ({ at: reached(k), command }));
        const shuffled = course(arrivals, { options, said, seed: order });
        const sorted = course(inOrder(arrivals), { options, said, seed: order + 1 });
        expect(shuffled.stand).toEqual(sorted.stand);
        expect(shuffled.standing.sorted).toEqual(sorted.standing.sorted);
        expect(shuffled.people.standing).toEqual(sorted.people.standing);
        expect(shuffled.rows).toEqual(sorted.rows);
        expect(shuffled.odd).toEqual(sorted.odd);
        // however it is cut, and twice
        expect(course(arrivals, { options, said, seed: order + 2 }).turns).toEqual(shuffled.turns);
        expect(sorted.turns.every(({ revision }) => revision === 0)).toBe(true);
        sums.told += sorted.turns.length;
        sums.withdrawn += shuffled.turns.filter(({ turn }) => turn === 'withdrawn').length;
        sums.moved += shuffled.turns.filter(
          ({ turn, isNews }) => turn !== 'withdrawn' && isNews === false,
        ).length;
        sums.again += shuffled.people.again;
        sums.over += shuffled.people.withdrawn;
        sums.silence += shuffled.turns.filter(({ reason }) => reason === 'silence').length;
      }),
      { numRuns: 5 },
    );
  },
);

test('late readings have withdrawn alerts, moved them, ended them and made them stand again', () => {
  expect(Object.entries(sums).filter(([, n]) => n < 3)).toEqual([]);
});

/** What Memory holds of each series, slot by slot. */
function numbersByName(memory: Memory): Record<string, Record<string, string>> {
  const rows = Array.from({ length: memory.length }, (_, row) => [
    memory.name(row),
    Object.fromEntries(
      Object.entries(memory.numbers(row)).map(([slot, numbers]) => [slot, numbers.join(' ')]),
    ),
  ]);
  return Object.fromEntries(rows) as Record<string, Record<string, string>>;
}

/** What somebody is told over a route that wants all alerts. */
class People {
  readonly #firing = new Map<string, string>();
  readonly #over = new Set<string>();
  /** How often an alert that was over fired again, and how often one was withdrawn. */
  again = 0;
  withdrawn = 0;

  constructor(turns: readonly AlertTurn[]) {
    const follower = new Follower({ match: MATCH, sendResolved: true }, { position: 0, isWhole: true });
    alertPoints({ alerts: turns }).forEach((block, place) => {
      const turn = alertOfPoint(block, 0);
      const alert = follower.toTell(place, turn);
      follower.passed(place, turn);
      if (alert) this.#hear(alert);
    });
  }

  #hear({ id, state, isWithdrawn }: ToldAlert): void {
    if (this.#firing.has(id) === (state === 'firing')) throw new Error(`${id} ${state} is told twice`);
    if (state === 'firing') {
      if (this.#over.has(id)) this.again++;
      this.#firing.set(id, id);
      return;
    }
    if (isWithdrawn) this.withdrawn++;
    this.#firing.delete(id);
    this.#over.add(id);
  }

  get standing(): readonly string[] {
    return [...this.#firing.keys()].toSorted();
  }
}
