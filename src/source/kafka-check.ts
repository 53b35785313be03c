import kafkajs, { type Admin } from 'kafkajs';

import { KafkaAdmin, partitionsOf, unreachable, watermarksOf } from './kafka-admin.ts';
import { kafkaClient } from './kafka-client.ts';
import { rangeOf } from './kafka-range.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { silentLog } from '../log.ts';

/** Longest that a check takes, ms. */
const TIME_LIMIT = 9000;

/**
 * Reaches the brokers and the topic and says what it found, one line each; changes nothing.
 *
 * @throws ForetideError KAFKA_UNREACHABLE within 10 s, KAFKA_TOPIC, KAFKA_GAP, SETTINGS_INVALID, SECRET_MISSING, FILE_UNREADABLE
 */
export async function checkKafka(settings: KafkaSettings): Promise<readonly string[]> {
  const kafka = await kafkaClient(settings, silentLog, 1);
  const admin = new KafkaAdmin(kafka, settings.brokers);
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () =>
      late.reject(unreachable(settings.brokers.join(', '), new Error(`no answer within ${TIME_LIMIT} ms`))),
    TIME_LIMIT,
  );
  try {
    return await Promise.race([admin.ask((asked) => describe(asked, settings)), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function describe(admin: Admin, settings: KafkaSettings): Promise<readonly string[]> {
  const { topic, group, to } = settings;
  const { brokers } = await admin.describeCluster();
  const partitions = await partitionsOf(admin, topic);
  const kept = [...(await watermarksOf(admin, topic)).values()];
  const offsets = kept.reduce((sum, { low, high }) => sum + high - low, 0);
  return [
    `kafka: ${count(brokers.length, 'broker')}, at ${brokers.map(({ host, port }) => `${host}:${port}`).join(', ')}`,
    `topic ${topic}: ${count(partitions, 'partition')}, ${count(offsets, 'offset')} kept`,
    ...(await compaction(admin, topic)),
    `topic ${topic}: must not be written by transactional producers (unsupported: records of aborted transactions can be read)`,
    ...(await rangeLines(admin, settings)),
    to === undefined
      ? await groupLine(admin, group)
      : `group ${group}-range-…: one of this run's own, for it reads all partitions up to an end`,
  ];
}

/** What `from` and `to` are in offsets. */
async function rangeLines(admin: Admin, settings: KafkaSettings): Promise<readonly string[]> {
  const { topic, from, to } = settings;
  if (from === undefined && to === undefined) return [];
  const { kept, begins, ends } = await rangeOf(admin, settings);
  return [...kept]
    .toSorted(([a], [b]) => a - b)
    .map(([partition, { low }]) => {
      const end = ends === undefined ? 'without an end' : `to ${ends.get(partition)}`;
      return `topic ${topic}: partition ${partition} from offset ${begins.get(partition) ?? low} ${end}`;
    });
}

async function compaction(admin: Admin, topic: string): Promise<readonly string[]> {
  const name = 'cleanup.policy';
  const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: [name] };
  // Not everybody may read a topic's configuration; then nothing can be said about it.
  const described = await admin
    .describeConfigs({ resources: [resource], includeSynonyms: false })
    .catch(() => undefined);
  const policy = described?.resources[0]?.configEntries.find(
    ({ configName }) => configName === name,
  )?.configValue;
  if (!policy?.includes('compact')) return [];
  return [
    `topic ${topic}: warning: ${name} is ${policy}: compaction removes readings, so that a replay gives other results, ` +
      'and a partition can stand still where it has emptied a batch; use delete',
  ];
}

async function groupLine(admin: Admin, group: string): Promise<string> {
  try {
    const { groups } = await admin.describeGroups([group]);
    return `group ${group}: ${count(groups[0]?.members.length ?? 0, 'member')} now`;
  } catch (error) {
    return `group ${group}: cannot be described: ${String(error)}`;
  }
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
