import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { LoggedCommand } from '../command.ts';
import { ForetideError } from '../errors.ts';
import type { Log } from '../log.ts';
import { KafkaAdmin } from '../source/kafka-admin.ts';
import { kafkaClient } from '../source/kafka-client.ts';
import { KafkaRun } from '../source/kafka-run.ts';
import type { StorePlace } from './stores.ts';

/** The end of the times that Kafka has: behind every record. */
const END_OF_TIME = 8.64e15;

/**
 * What took effect in a run beside its records, by partition and in order; none where it has no store yet. Nothing is changed, and no
 * group moves.
 *
 * @throws ForetideError KAFKA_UNREACHABLE, STORE_FAILED, STATE_CORRUPT
 */
export async function loggedCommands(
  place: StorePlace,
  log: Log,
): Promise<ReadonlyMap<number, readonly LoggedCommand[]>> {
  const found = place.kind === 'sqlite' ? commandsOfFile(place.path) : await commandsOfTopic(place, log);
  return new Map(Array.from(found, ([partition, some]) => [partition, inOrder(some, partition)]));
}

type Found = Map<number, LoggedCommand[]>;

function commandsOfFile(path: string): Found {
  const found: Found = new Map();
  if (!existsSync(path)) return found;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: 10_000 });
    if (!database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'command'").get()) return found;
    for (const row of database.prepare('SELECT * FROM command').iterate()) {
      const { partition, number, before, command } = row;
      add(found, Number(partition), { number, before, command: JSON.parse(String(command)) as unknown });
    }
    return found;
  } catch (cause) {
    if (cause instanceof ForetideError) throw cause;
    throw new ForetideError('STORE_FAILED', {
      what: 'The commands of the live run cannot be read',
      got: cause instanceof Error ? cause.message : String(cause),
      where: path,
      cause,
    });
  } finally {
    database?.close();
  }
}

async function commandsOfTopic(
  { input, topics }: Extract<StorePlace, { kind: 'kafka' }>,
  log: Log,
): Promise<Found> {
  const found: Found = new Map();
  const kafka = await kafkaClient(input, log);
  const admin = new KafkaAdmin(kafka, input.brokers);
  if (!(await admin.ask((asked) => asked.listTopics())).includes(topics.commands)) return found;
  const run = new KafkaRun({
    kafka,
    admin,
    settings: { ...input, topic: topics.commands, from: undefined, to: END_OF_TIME },
    log,
    isOurs: true,
    handler: {
      open: async () => null,
      lose: async (partition) => void found.delete(partition),
      handle: async ({ partition, records }) => {
        for (const { value } of records)
          add(found, partition, JSON.parse(Buffer.from(value!).toString()) as unknown);
      },
    },
  });
  await run.run(new AbortController().signal);
  return found;
}

function add(found: Found, partition: number, told: unknown): void {
  const command = LoggedCommand.parse(told);
  const some = found.get(partition);
  if (some) some.push(command);
  else found.set(partition, [command]);
}

/** @throws ForetideError STATE_CORRUPT where one is missing */
function inOrder(some: readonly LoggedCommand[], partition: number): readonly LoggedCommand[] {
  const sorted = some.toSorted((a, b) => a.number - b.number);
  const first = sorted[0]?.number ?? 1;
  sorted.forEach(({ number }, i) => {
    if (number === first + i) return;
    throw new ForetideError('STATE_CORRUPT', {
      what: 'The commands of the live run are not whole',
      expected: `number ${first + i}`,
      got: String(number),
      where: `partition ${partition}`,
    });
  });
  return sorted;
}
