import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { begin, type Begun } from '../cli/foretide.ts';
import { workplace } from '../cli/workplace.ts';
import { describeWithKafka } from '../services/describe-with.ts';
import { KafkaTopics } from '../source/kafka-topics.ts';
import { readTopic } from '../store/kafka-outputs.ts';

const place = workplace();
const PARTITIONS = 4;
/** Portions of readings, and those of each partition in one. */
const PORTIONS = 60;
const PORTION = 20;
/** Time between two portions, ms: they come all the while. */
const PAUSE = 250;
const TOTAL = PARTITIONS * PORTIONS * PORTION;
const soon = { timeout: 60_000, interval: 200 };

/** The nth portion: of each partition two series. */
function portion(n: number): string[][] {
  return Array.from({ length: PARTITIONS }, (_, partition) =>
    Array.from({ length: PORTION }, (__, i) => {
      const step = n * PORTION + i;
      const value = 20 + ((step * 7919) % 13) / 10;
      return JSON.stringify({ sensor: `s${partition}-${step % 2}`, time: step * 60_000, value });
    }),
  );
}

describeWithKafka('a rolling restart', ({ brokers }) => {
  const kafka = new KafkaTopics(brokers);
  const all: Begun[] = [];
  afterEach(async () => {
    for (const { child, ended } of all.splice(0)) {
      child.kill('SIGKILL');
      await ended;
    }
  });

  /** A worker of a group that is up. */
  async function worker(topic: string, group: string, mode: string): Promise<Begun> {
    const settings = [
      `input={kind: kafka, brokers: ${JSON.stringify(brokers)}, topic: ${topic}, group: ${group}, sessionTimeout: 6s}`,
      'model={hidden: 2, horizon: 2}',
      'forecast.store=[1, 2]',
      'commit={every: 100ms, readings: 50}',
      `store={mode: ${mode}, generationEvery: 2s}`,
      'digest=true',
    ].flatMap((each) => ['--set', each]);
    const begun = begin(['run', 'live-forecast', ...settings, '--port=0'], {
      cwd: place.cwd,
      timeout: 170_000,
    });
    all.push(begun);
    await begun.says(/Live page: (http:\S+)/);
    return begun;
  }

  async function end({ child, ended }: Begun): Promise<void> {
    child.kill('SIGTERM');
    const { code, stderr } = await ended;
    expect([code, stderr.includes('"level":50')]).toEqual([0, false]);
  }

  /** Records of the input that the group has committed. */
  async function committed(topic: string, group: string): Promise<number> {
    const [told] = await kafka.admin((admin) => admin.fetchOffsets({ groupId: group, topics: [topic] }));
    return told!.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
  }

  /** All forecasts of a group's run, as they lie in the topic, by partition and in order of series, horizon and time. */
  async function forecasts(group: string): Promise<string[]> {
    const records = await readTopic(kafka, `${group}-live-forecast-forecast`);
    return records.map(({ partition, key, value }) => `${partition} ${key} ${value}`).toSorted();
  }

  /** Two workers take over from two others, one after the other, while readings come. */
  async function rolled(topic: string, group: string, mode: string): Promise<void> {
    let [one, two] = [await worker(topic, group, mode), await worker(topic, group, mode)];
    const feeding = (async () => {
      for (let n = 0; n < PORTIONS; n++) {
        await kafka.fill(topic, portion(n));
        await wait(PAUSE);
      }
    })();
    await expect.poll(() => committed(topic, group), soon).toBeGreaterThan(TOTAL / 10);
    await end(one);
    one = await worker(topic, group, mode);
    const half = await committed(topic, group);
    await expect.poll(() => committed(topic, group), soon).toBeGreaterThan(half);
    await end(two);
    two = await worker(topic, group, mode);
    expect(await committed(topic, group)).toBeLessThan(TOTAL);
    await feeding;
    await expect.poll(() => committed(topic, group), soon).toBe(TOTAL);
    await end(one);
    await end(two);
  }

  test.each(['rows', 'generations'])(
    'of two workers loses and doubles nothing while readings come: %s',
    { timeout: 180_000 },
    async (mode) => {
      const topic = await kafka.make(PARTITIONS);
      const [group, still] = [kafka.name(), kafka.name()];
      await rolled(topic, group, mode);
      const undisturbed = await worker(topic, still, mode);
      await expect.poll(() => committed(topic, still), soon).toBe(TOTAL);
      await end(undisturbed);
      const [got, expected] = [await forecasts(group), await forecasts(still)];
      expect(new Set(got).size).toBe(got.length);
      expect(got).toEqual(expected);
      // until the step of a series is known, with its third reading, it has none
      expect(got).toHaveLength(2 * (TOTAL - 3 * 2 * PARTITIONS));
    },
  );
});
