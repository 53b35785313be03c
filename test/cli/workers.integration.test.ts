import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import type { RunStatus } from '../../src/serve/status.ts';
import { freePort } from '../services/free-port.ts';
import { describeWithKafka } from '../services/describe-with.ts';
import { KafkaTopics } from '../source/kafka-topics.ts';
import { begin, type Begun } from './foretide.ts';
import { logged, WorkerPipeline } from './worker-pipeline.ts';
import { workplace } from './workplace.ts';

const place = workplace();
const PARTITIONS = 4;
/** Readings of each partition in a portion. */
const PORTION = 50;
const soon = { timeout: 40_000, interval: 200 };

describeWithKafka('foretide run --workers', ({ brokers }) => {
  const kafka = new KafkaTopics(brokers);
  let run: Begun | undefined;
  afterEach(async () => {
    run?.child.kill('SIGKILL');
    await run?.ended;
  });

  function start(pipeline: WorkerPipeline, topic: string, ...args: string[]): Begun {
    const settings = [
      `input={kind: kafka, brokers: ${JSON.stringify(brokers)}, topic: ${topic}, group: ${topic}, sessionTimeout: 6s}`,
      'model.hidden=2',
      'commit.every=100ms',
    ].flatMap((each) => ['--set', each]);
    run = begin(['run', pipeline.module, ...settings, ...args], { cwd: place.cwd, timeout: 110_000 });
    return run;
  }

  /** Where the worker's page is, of the process that came up last. */
  async function address({ says }: Begun, worker: number, lives = 1): Promise<string> {
    const line = `^Worker ${worker}: (http:\\S+)$[^]*`;
    return (await says(new RegExp(line.repeat(lives), 'm'))).at(-1)!;
  }

  /** The same of the one that lives: those that were killed may have told theirs, or not have come so far. */
  async function living(begun: Begun, worker: number): Promise<string> {
    for (let lives = 2; ; lives++) {
      const at = await address(begun, worker, lives);
      const answers = await status(at).then(
        () => true,
        () => false,
      );
      if (answers) return at;
    }
  }

  async function status(at: string): Promise<RunStatus> {
    return (await (await fetch(`${at}/api/status`)).json()) as RunStatus;
  }

  /** Appends the nth portion: of each partition one series. */
  function produce(topic: string, n: number): Promise<void> {
    const values = Array.from({ length: PARTITIONS }, (_, partition) =>
      Array.from({ length: PORTION }, (__, i) =>
        JSON.stringify({ sensor: `s${partition}`, time: (n * PORTION + i) * 60_000, v: i % 7 }),
      ),
    );
    return kafka.fill(topic, values);
  }

  /** What is committed of each partition. */
  async function committed(topic: string): Promise<number[]> {
    const [told] = await kafka.admin((admin) => admin.fetchOffsets({ groupId: topic, topics: [topic] }));
    return told!.partitions.map(({ offset }) => Number(offset));
  }

  async function members(topic: string): Promise<number> {
    const { groups } = await kafka.admin((admin) => admin.describeGroups([topic]));
    return groups[0]!.members.length;
  }

  const all = (portions: number): number[] => Array.from({ length: PARTITIONS }, () => portions * PORTION);

  test(
    'two share 4 partitions; of one that is killed the other takes over, and gives back when it is there again',
    { timeout: 120_000 },
    async () => {
      const topic = await kafka.make(PARTITIONS);
      const pipeline = new WorkerPipeline(place, 'shared');
      const port = await freePort();
      const { child, ended } = start(
        pipeline,
        topic,
        '--workers=2',
        '--port=0',
        '--fresh',
        `--set=metrics.port=${port}`,
      );
      const one = await address(run!, 1);
      const two = await address(run!, 2);
      const partitions = async (...pages: string[]): Promise<number[]> =>
        (await Promise.all(pages.map(status))).map((each) => each.partitions);
      await expect.poll(() => partitions(one, two), soon).toEqual([2, 2]);
      await produce(topic, 0);
      await expect.poll(() => committed(topic), soon).toEqual(all(1));
      for (const page of [one, two])
        expect(await status(page)).toMatchObject({ readings: 2 * PORTION, series: 2 });

      // each has metrics of its own, at the port of the settings and the one after it
      for (const each of [port, port + 1]) {
        const text = await (await fetch(`http://127.0.0.1:${each}/metrics`)).text();
        expect(text).toContain(`foretide_readings_total ${2 * PORTION}\n`);
      }

      await produce(topic, 1);
      // killed whenever it comes up, until the other has taken over
      let killed = 0;
      for (; (await status(one)).partitions < PARTITIONS; await sleep(100)) {
        const lives = pipeline.started.filter(({ number }) => number === 2);
        if (lives.length === killed) continue;
        process.kill(lives.at(-1)!.pid, 'SIGKILL');
        killed = lives.length;
      }
      await expect.poll(() => committed(topic), soon).toEqual(all(2));
      const back = await living(run!, 2);
      await expect.poll(() => partitions(one, back), soon).toEqual([2, 2]);
      await produce(topic, 2);
      await expect.poll(() => committed(topic), soon).toEqual(all(3));
      expect(await status(back)).toMatchObject({ readings: 2 * PORTION, earlierReadings: 4 * PORTION });

      child.kill('SIGTERM');
      const { code, stderr } = await ended;
      expect(code).toBe(0);
      expect(await members(topic)).toBe(0);
      const died = logged(stderr).filter(({ msg }) => msg === 'A worker has died; it is started again');
      expect(died).toHaveLength(killed);
      expect(died[0]).toMatchObject({ worker: 2, code: 137, startsAgainIn: 1 });
      expect(pipeline.started.map(({ fresh }) => fresh)).toEqual([true, false, ...died.map(() => false)]);
    },
  );

  test('the first, when it was up and has died, does not begin anew again', async () => {
    const topic = await kafka.make(PARTITIONS);
    const pipeline = new WorkerPipeline(place, 'once');
    const { child, ended } = start(pipeline, topic, '--workers=1', '--port=0', '--fresh');
    await address(run!, 1);
    process.kill(pipeline.started[0]!.pid, 'SIGKILL');
    await address(run!, 1, 2);
    expect(pipeline.started.map(({ fresh }) => fresh)).toEqual([true, false]);
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });

  test('each has a page at its port; who is asked to end is not started again; Ctrl-C reaches all', async () => {
    const topic = await kafka.make(PARTITIONS);
    const pipeline = new WorkerPipeline(place, 'ports');
    const port = await freePort();
    const { child, ended, says } = start(pipeline, topic, '--workers=3', '--port', String(port));
    for (const number of [1, 2, 3]) {
      const page = await address(run!, number);
      expect(page).toBe(`http://127.0.0.1:${port + number - 1}`);
      expect(await status(page)).toMatchObject({ state: 'running' });
    }
    process.kill(pipeline.started.find(({ number }) => number === 3)!.pid, 'SIGTERM');
    await expect.poll(() => members(topic), soon).toBe(2);
    await sleep(1500);
    expect([child.exitCode, pipeline.started.length]).toEqual([null, 3]);

    for (const { number, pid } of pipeline.started) if (number < 3) process.kill(pid, 'SIGINT');
    child.kill('SIGINT');
    await says(/Stopping: committing what has come …\n/);
    expect((await ended).code).toBe(0);
    // they have taken their leave
    expect(await members(topic)).toBe(0);
  });

  test('an error of one that waiting does not cure ends the others too, with its code', async () => {
    const topic = await kafka.make(PARTITIONS);
    const does = `if (worker === '2') process.env['FORETIDE_MODEL__FILE'] = 'none.safetensors';`;
    const pipeline = new WorkerPipeline(place, 'hopeless-two', { does });
    const { code, stdout, stderr } = await start(pipeline, topic, '--workers=2', '--no-page').ended;
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Worker 1: running, without a page$/m);
    const error = logged(stderr).find(({ level }) => level === 50);
    expect(error).toMatchObject({ code: 'FILE_UNREADABLE', worker: 2 });
    expect(pipeline.started).toHaveLength(2);
    expect(await members(topic)).toBe(0);
  });

  test('when the parent is killed the others commit, take their leave, and end', async () => {
    const topic = await kafka.make(PARTITIONS);
    const args = ['--workers=2', '--port=0', '--set', 'commit.every=1h'];
    const { child, ended } = start(new WorkerPipeline(place, 'orphans'), topic, ...args);
    const pages = [await address(run!, 1), await address(run!, 2)];
    const sum = async (what: 'partitions' | 'series'): Promise<number> =>
      (await Promise.all(pages.map(status))).reduce((before, each) => before + each[what], 0);
    await expect.poll(() => sum('partitions'), soon).toBe(PARTITIONS);
    await produce(topic, 0);
    // taken in, and not committed yet
    await expect.poll(() => sum('series'), soon).toBe(PARTITIONS);
    expect(await committed(topic)).not.toEqual(all(1));
    child.kill('SIGKILL');
    await ended;
    // the broker hears of it a moment later; without a leave it would wait for the session to end: half a minute
    await expect.poll(() => members(topic), { timeout: 10_000 }).toBe(0);
    expect(await committed(topic)).toEqual(all(1));
  });
});
