import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { iso, MINUTE, T, times } from '../init/shapes.ts';
import { describeWithInfluxDB, describeWithKafka } from '../services/describe-with.ts';
import { newBucket, raw } from '../sink/influxdb-bucket.ts';
import { KafkaTopics } from '../source/kafka-topics.ts';
import { begin, type Begun, foretide } from './foretide.ts';
import { workplace } from './workplace.ts';

const { cwd, path } = workplace();
let run: Begun | undefined;
afterEach(async () => {
  run?.child.kill('SIGKILL');
  await run?.ended;
});

describeWithKafka('foretide init of a topic', ({ brokers }) => {
  const kafka = new KafkaTopics(brokers);
  const message = (i: number): string =>
    JSON.stringify({ meter: `m${i % 4}`, ts: T / 1000 + Math.floor(i / 4) * 60, flow: 20 + (i % 9) });

  test('init, check, run and replay, with no edit in between', { timeout: 120_000 }, async () => {
    const topic = await kafka.make(2);
    await kafka.fill(
      topic,
      [0, 1].map((p) => times(400, message).filter((_, i) => i % 2 === p)),
    );
    const how = { cwd, timeout: 60_000 };
    const begun = await foretide(['init', `kafka://${brokers.join()}/${topic}`, '--out', 'topic.yaml'], how);
    expect([begun.code, begun.stderr]).toEqual([0, '']);
    expect(begun.stdout).toContain('400 readings of 4 series');
    expect(readFileSync(path('topic.yaml'), 'utf8')).toMatch(
      /series: meter # .*\n +time: ts # .*\n +timeUnit: s # /,
    );
    // the group of the settings has not been made by looking
    const groups = await kafka.admin(async (admin) =>
      (await admin.listGroups()).groups.map(({ groupId }) => groupId),
    );
    expect(groups).not.toContain(`foretide-${topic}`);
    const checked = await foretide(['check', 'live-forecast', '--config', 'topic.yaml'], how);
    expect([checked.code, checked.stderr]).toEqual([0, '']);
    const replayed = await foretide(['replay', 'live-forecast', '--config', 'topic.yaml', '--no-page'], how);
    expect(replayed.stdout).toContain('400 in this run, 4 series');
    run = begin(['run', 'live-forecast', '--config', 'topic.yaml', '--port', '0'], how);
    const [, address] = await run.says(/Live page: (\S+)/);
    await expect
      .poll(
        async () => ((await (await fetch(`${address}/api/status`)).json()) as { readings: number }).readings,
        {
          timeout: 40_000,
        },
      )
      .toBe(400);
    run.child.kill('SIGTERM');
    expect((await run.ended).code).toBe(0);
  });

  test('of a long topic the oldest and the newest records', { timeout: 60_000 }, async () => {
    const topic = await kafka.make(1);
    await kafka.fill(topic, [times(30_000, message)]);
    const { stdout } = await foretide(
      ['init', '--brokers', brokers.join(), '--topic', topic, '--json', '--out', 'long.yaml'],
      { cwd },
    );
    expect(JSON.parse(stdout)).toMatchObject({
      records: 20_000,
      isWhole: false,
      cadence: { first: T, last: T + 7499 * MINUTE, gaps: 0, step: MINUTE },
    });
  });
});

describeWithInfluxDB('foretide init of a bucket', (service) => {
  test('init, check and run, with no edit in between', { timeout: 60_000 }, async () => {
    const bucket = await newBucket(service);
    const lines = times(300, (i) => [
      `plant,machine=k${i % 3},site=north temp=${20 + (i % 7)},note="x" ${T + Math.floor(i / 3) * MINUTE}000`,
      ...(i % 2 === 0
        ? [`plant,machine=k${i % 3},site=north load=${i} ${T + Math.floor(i / 3) * MINUTE}000`]
        : []),
    ]).flat();
    await raw({ ...service, bucket }, lines.join('\n'));
    const how = { cwd, env: { INFLUX_TOKEN: service.token } };
    const { url, org } = service;
    const args = ['--url', url, '--org', org, '--bucket', bucket, '--out', 'bucket.yaml'];
    const begun = await foretide(['init', ...args], how);
    expect([begun.code, begun.stderr]).toEqual([0, '']);
    expect(begun.stdout).toMatch(
      /plant\.load has 150 points: a run reads one field of a bucket: --values load/,
    );
    const text = readFileSync(path('bucket.yaml'), 'utf8');
    expect(text).toContain(`seriesTag: machine`);
    expect(text).toContain(`from: ${iso(T)}`);
    expect(text).not.toContain(service.token);
    const checked = await foretide(['check', 'live-forecast', '--config', 'bucket.yaml'], how);
    expect([checked.code, checked.stderr]).toEqual([0, '']);
    const ran = await foretide(
      ['run', 'live-forecast', '--config', 'bucket.yaml', '--exit-at-end', '--no-page'],
      how,
    );
    expect(ran.stdout).toContain('300 in this run, 3 series');
  });
});
