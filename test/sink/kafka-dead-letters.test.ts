import type { Kafka, Message, ProducerConfig, ProducerRecord } from 'kafkajs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { DeadLetter } from '../../src/frame.ts';
import { KafkaDeadLetters, KafkaDeadLetterSettings } from '../../src/sink/kafka-dead-letters.ts';

/** A topic of 3 partitions in the test's own memory. */
class FakeKafka {
  readonly written: Message[][] = [];
  producers = 0;
  disconnected = 0;
  /** Is asked before every send; what it returns is thrown. */
  refuse: (messages: Message[]) => Error | undefined = () => undefined;

  producer({ idempotent, allowAutoTopicCreation }: ProducerConfig): object {
    if (!idempotent || allowAutoTopicCreation !== false)
      throw new Error('expected an idempotent producer that makes no topic');
    this.producers += 1;
    return {
      connect: async () => undefined,
      disconnect: async () => {
        this.disconnected += 1;
      },
      send: async ({ topic, acks, messages }: ProducerRecord) => {
        if (topic !== 'dead' || acks !== -1)
          throw new Error(`expected dead and -1, got ${topic} and ${acks}`);
        if (new Set(messages.map(({ partition }) => partition)).size !== 1)
          throw new Error('expected one partition a send');
        const error = this.refuse(messages);
        if (error) throw error;
        this.written.push(messages);
      },
    };
  }

  admin(): object {
    return {
      connect: async () => undefined,
      disconnect: async () => undefined,
      listTopics: async () => ['dead'],
      fetchTopicMetadata: async () => ({ topics: [{ partitions: [{}, {}, {}] }] }),
    };
  }
}

class ProtocolError extends Error {
  readonly type: string;
  constructor(type: string) {
    super(type);
    this.type = type;
  }
}

const settings = KafkaDeadLetterSettings.parse({ brokers: ['b:1'], topic: 'dead' });
const never = new AbortController().signal;
let kafka: FakeKafka;
let warnings: string[];
let letters: KafkaDeadLetters;

beforeEach(() => {
  vi.useFakeTimers();
  kafka = new FakeKafka();
  warnings = [];
  const log = {
    debug() {},
    info() {},
    error() {},
    warn: (_: object, message: string) => warnings.push(message),
  };
  // As much of kafkajs as is used.
  letters = new KafkaDeadLetters(settings, 'readings', log, async () => kafka as unknown as Kafka);
});
afterEach(() => {
  vi.useRealTimers();
});

function letter(offset: number, size = 1): DeadLetter {
  return { offset, reason: 'malformed', detail: 'd', series: 's', bytes: new Uint8Array(size).fill(97) };
}

test('one partition a send: the partition of the source, modulo those of the topic', async () => {
  await letters.write(1, [letter(5)], never);
  await letters.write(7, [letter(6)], never);
  await letters.write(3, [], never);
  await letters.close();

  expect(kafka.written.map(([message]) => [message!.partition, message!.key])).toEqual([
    [1, 'readings/1@5'],
    [1, 'readings/7@6'],
  ]);
  expect([kafka.producers, kafka.disconnected]).toEqual([1, 1]);
});

test('sends are bounded in letters and in bytes', async () => {
  await letters.write(
    0,
    Array.from({ length: 1001 }, (_, n) => letter(n)),
    never,
  );
  expect(kafka.written.map(({ length }) => length)).toEqual([500, 500, 1]);

  kafka.written.length = 0;
  await letters.write(0, [letter(1, 300_000), letter(2, 300_000), letter(3, 900_000), letter(4)], never);
  expect(kafka.written.map((messages) => messages.map(({ key }) => key))).toEqual([
    ['readings/0@1'],
    ['readings/0@2'],
    ['readings/0@3'],
    ['readings/0@4'],
  ]);
});

test('a view into larger bytes is written as what it is', async () => {
  const bytes = Buffer.from('before middle after').subarray(7, 13);
  await letters.write(0, [{ ...letter(1), bytes }], never);

  expect(String(kafka.written[0]![0]!.value)).toBe('middle');
});

test('a producer that fails is thrown away; the letters are written once Kafka is back', async () => {
  let failures = 3;
  kafka.refuse = () => (failures-- > 0 ? new ProtocolError('OUT_OF_ORDER_SEQUENCE_NUMBER') : undefined);
  const written = letters.write(0, [letter(1), letter(2)], never);
  await vi.advanceTimersByTimeAsync(60_000);
  await written;

  expect(kafka.written).toHaveLength(1);
  expect([kafka.producers, kafka.disconnected]).toEqual([4, 3]);
  // one line for three failures
  expect(warnings).toEqual(['Dead letters cannot be written; their readings wait until they can']);
});

test('a stop ends the waiting with its reason', async () => {
  kafka.refuse = () => new ProtocolError('NOT_ENOUGH_REPLICAS');
  const stop = new AbortController();
  const written = letters.write(0, [letter(1)], stop.signal);
  written.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(100_000);
  expect(kafka.producers).toBeGreaterThan(5);
  stop.abort(new Error('SIGTERM'));

  await expect(written).rejects.toThrow('SIGTERM');
});

test('says KAFKA_TOPIC, and does not try again, where it may not write', async () => {
  kafka.refuse = () => new Error('retries', { cause: new ProtocolError('TOPIC_AUTHORIZATION_FAILED') });

  await expect(letters.write(0, [letter(1)], never)).rejects.toMatchObject({ code: 'KAFKA_TOPIC' });
  expect(kafka.producers).toBe(1);
});

test('what is too large together is written apart, what is too large alone without its value', async () => {
  kafka.refuse = (messages) => {
    const bytes = messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    return bytes > 1000 ? new ProtocolError('MESSAGE_TOO_LARGE') : undefined;
  };
  await letters.write(0, [letter(1, 400), letter(2, 1001), letter(3, 700), letter(4, 10)], never);
  const seen = kafka.written
    .flat()
    .map(({ key, value, headers }) => [key, value?.length, headers?.['omitted']]);

  expect(seen).toEqual([
    ['readings/0@1', 400, undefined],
    ['readings/0@2', undefined, '1001'],
    ['readings/0@3', 700, undefined],
    ['readings/0@4', 10, undefined],
  ]);
  expect(kafka.producers).toBe(1);
});
