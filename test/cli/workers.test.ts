import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { begin, type Begun, foretide } from './foretide.ts';
import { logged, WorkerPipeline } from './worker-pipeline.ts';
import { workplace } from './workplace.ts';

// each of them starts several processes
vi.setConfig({ testTimeout: 60_000 });
const place = workplace();
const { cwd } = place;
/** Takes connections and says nothing: a worker waits for it, and does not come up. */
const kafka = createServer((socket) => socket.on('error', () => undefined));
let topic: string[];
beforeAll(async () => {
  kafka.listen(0, '127.0.0.1');
  await once(kafka, 'listening');
  const { port } = kafka.address() as AddressInfo;
  topic = ['input.kind=kafka', `input.brokers=["127.0.0.1:${port}"]`, 'input.topic=t'];
});
afterAll(() => kafka.close());

let run: Begun | undefined;
afterEach(async () => {
  run?.child.kill('SIGKILL');
  await run?.ended;
});

const sets = (settings: readonly string[]): string[] => settings.flatMap((each) => ['--set', each]);

function start(pipeline: WorkerPipeline, ...args: string[]): Begun {
  run = begin(['run', pipeline.module, '--port=0', ...sets(topic), ...args], { cwd });
  return run;
}

/** Waits until so many processes have been started. */
async function started(pipeline: WorkerPipeline, count: number): Promise<void> {
  while (pipeline.started.length < count) await sleep(20);
}

describe('what cannot be shared is refused with SETTINGS_INVALID', () => {
  test.each([
    ['files', false, [], /Only the partitions of a Kafka topic .* got file \(at input\.kind\)/],
    ['a range with an end', true, ['input.to=2026-01-01'], /read by one process.* \(at input\.to\)/],
    ['a file for the state', true, ['store.kind=sqlite'], /got sqlite \(at store\.kind\)/],
    ['too few ports', true, ['page.port=65534'], /at most 65533 for 3 of them, got 65534 \(at page\.port\)/],
    [
      'too few for metrics',
      true,
      ['metrics.port=65535'],
      /at most 65533 for 3 of them, got 65535 \(at metrics\.port\)/,
    ],
  ])('%s', async (_, hasTopic, settings, message) => {
    const given = sets([...(hasTopic ? topic : []), ...settings]);
    const { code, stdout, stderr } = await foretide(['run', 'live-forecast', '--workers', '3', ...given], {
      cwd,
    });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/\[SETTINGS_INVALID\]\n$/);
  });

  test.each(['0', '1.5', '257'])('%s workers', async (count) => {
    const { code, stderr } = await foretide(['run', 'live-forecast', `--workers=${count}`], { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain('Expected a whole number from 1 to 256.');
  });
});

describe('while the first worker is starting', () => {
  test('there are no others; SIGTERM ends it, with 0', async () => {
    const pipeline = new WorkerPipeline(place, 'soon');
    const { child, ended } = start(pipeline, '--workers=2');
    await started(pipeline, 1);
    await sleep(500);
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
    expect(pipeline.started).toHaveLength(1);
  });

  test('a signal at once is not too soon', async () => {
    const { child, ended, says } = start(new WorkerPipeline(place, 'sooner'), '--workers=2');
    await says(/^Foretide sooner: /m);
    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
  });

  test('when the parent is killed, it does not stay', async () => {
    const pipeline = new WorkerPipeline(place, 'orphan');
    const { child, ended } = start(pipeline, '--workers=2');
    await started(pipeline, 1);
    await sleep(500);
    child.kill('SIGKILL');
    const at = performance.now();
    // its output ends with the last process that has it
    await ended;
    expect(performance.now() - at).toBeLessThan(10_000);
  });
});

test('a second signal kills: the code is that of the kill', async () => {
  // what keeps a worker from ending; not for ever, should the test fail
  const does = `if (worker) for (const until = Date.now() + 40_000; Date.now() < until; );`;
  const pipeline = new WorkerPipeline(place, 'hard', { does });
  const { child, ended, says } = start(pipeline, '--workers=2');
  await started(pipeline, 1);
  child.kill('SIGTERM');
  await says(/Stopping: committing what has come …/);
  await sleep(500);
  expect(child.exitCode).toBeNull();
  child.kill('SIGTERM');
  expect((await ended).code).toBe(128 + 9);
});

test('a worker that dies is started again, after 1 s and then 2 s; with --fresh until it has been up', async () => {
  const does = `if (worker && starts < 3) process.exit(5);`;
  const pipeline = new WorkerPipeline(place, 'again', { does });
  const { child, ended } = start(pipeline, '--workers=1', '--fresh');
  await started(pipeline, 1);
  const at = performance.now();
  await started(pipeline, 3);
  expect(performance.now() - at).toBeGreaterThan(3000);
  child.kill('SIGTERM');
  const { code, stderr } = await ended;
  expect(code).toBe(0);
  expect(pipeline.started.map(({ fresh }) => fresh)).toEqual([true, true, true]);
  const died = logged(stderr).filter(({ msg }) => msg === 'A worker has died; it is started again');
  expect(died).toMatchObject([
    { worker: 1, code: 5, startsAgainIn: 1 },
    { worker: 1, code: 5, startsAgainIn: 2 },
  ]);
});

test('an error that waiting does not cure ends it, with its code; it is logged with the worker', async () => {
  const pipeline = new WorkerPipeline(place, 'hopeless');
  const { ended } = start(pipeline, '--workers=2', '--set', 'model.file=none.safetensors');
  const { code, stderr } = await ended;
  expect(code).toBe(1);
  expect(pipeline.started).toHaveLength(1);
  const error = logged(stderr).find(({ level }) => level === 50);
  expect(error).toMatchObject({ code: 'FILE_UNREADABLE', worker: 1 });
  expect(stderr).not.toContain('started again');
});
