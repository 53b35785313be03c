import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunSettings } from '../config/run-settings.ts';
import { ForetideError } from '../errors.ts';
import { type Log, saying } from '../log.ts';
import { Outage } from '../outage.ts';
import { KafkaAdmin } from '../source/kafka-admin.ts';
import { kafkaClient } from '../source/kafka-client.ts';
import { KafkaRun } from '../source/kafka-run.ts';
import type { KafkaSettings } from '../source/kafka-settings.ts';
import type { SourceHandler } from '../source/source.ts';
import { CommandTaker } from './command-taker.ts';
import type { Tasks } from './tasks.ts';

/** Pause before the topic is read anew after the client has given up, ms. */
const PAUSE = 5000;
/** Time between two looks whether a partition is behind, and while there is none yet, ms. */
const LOOK_EVERY = 1000;
const FIRST_LOOKS = 100;

/** A topic of commands, read from its beginning to its end and on by every process of a run, each in a consumer group of its own. */
export class CommandTopic {
  readonly #client: KafkaSettings;
  readonly #topic: string;
  readonly #log: Log;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(client: KafkaSettings, topic: string, log: Log) {
    this.#client = client;
    this.#topic = topic;
    this.#log = log;
  }

  /**
   * Where the settings name one, and the input has no end: history is given the commands that were recorded with it.
   *
   * @throws ForetideError SETTINGS_INVALID where the input has no brokers
   */
  static of({ input, commands }: RunSettings, log: Log): CommandTopic | undefined {
    if (commands.topic === undefined) return undefined;
    if (input.kind === 'kafka')
      return input.to === undefined ? new CommandTopic(input, commands.topic, log) : undefined;
    throw new ForetideError('SETTINGS_INVALID', {
      what: 'A topic of commands needs the brokers of a Kafka input',
      got: `input.kind: ${input.kind}`,
      where: 'commands.topic',
    });
  }

  /** Reaches the topic and says what it found. @throws ForetideError KAFKA_UNREACHABLE, KAFKA_TOPIC; SETTINGS_INVALID where it has several partitions */
  async check(): Promise<readonly string[]> {
    const partitions = await (await this.#admin()).partitions(this.#topic);
    if (partitions === 1) return [`kafka ${this.#topic}: commands, 1 partition`];
    throw new ForetideError('SETTINGS_INVALID', {
      what: 'Commands have one order: their topic must have one partition',
      expected: '1 partition',
      got: `${partitions}`,
      where: `commands.topic: ${this.#topic}`,
      todo: 'Name, or make, a topic of one partition.',
    });
  }

  start(tasks: Tasks): void {
    this.#running = this.#read(tasks);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #read(tasks: Tasks): Promise<void> {
    const { signal } = this.#stop;
    const { from: _, to: __, group, ...client } = this.#client;
    const taker = new CommandTaker(tasks, this.#topic, this.#log);
    const outage = new Outage(this.#log, {
      away: 'The topic of commands is not read; trying again',
      back: 'The topic of commands is read again',
      facts: { topic: this.#topic },
    });
    while (!signal.aborted) {
      const ended = new AbortController();
      try {
        const kafka = await kafkaClient(this.#client, this.#log);
        await new KafkaRun({
          kafka,
          admin: new KafkaAdmin(kafka, client.brokers),
          settings: { ...client, topic: this.#topic, group: `${group}-commands-${randomUUID()}` },
          handler: this.#handler(tasks, taker, ended.signal, outage),
          log: this.#log,
        }).run(signal);
      } catch (error) {
        if (!signal.aborted) outage.failed({ error: saying(error) });
      } finally {
        ended.abort();
      }
      await sleep(PAUSE, undefined, { signal }).catch(() => undefined);
    }
  }

  /**
   * @param ended when nothing is looked after any more
   * @param outage of the topic: it is over when it is opened
   */
  #handler(tasks: Tasks, taker: CommandTaker, ended: AbortSignal, outage: Outage): SourceHandler {
    const { signal } = this.#stop;
    let busy: Promise<void> = Promise.resolve();
    let isOpen = false;
    return {
      open: async () => {
        await busy;
        // before a partition has taken a reading in there is nobody to give a command to
        while (!signal.aborted && !tasks.all.some(({ canObey }) => canObey))
          await sleep(FIRST_LOOKS, undefined, { signal }).catch(() => undefined);
        const { low = 0 } = (await (await this.#admin()).watermarks(this.#topic)).get(0) ?? {};
        isOpen = true;
        outage.back();
        return taker.open(low);
      },
      handle: ({ records }) => (busy = taker.take(records)),
      lose: () => Promise.resolve(),
      onBroken: (listener) => {
        const timer = setInterval(() => {
          if (!isOpen || !taker.isBehind) return;
          isOpen = false;
          listener(0, behind(this.#topic));
        }, LOOK_EVERY);
        timer.unref();
        ended.addEventListener('abort', () => clearInterval(timer));
      },
    };
  }

  async #admin(): Promise<KafkaAdmin> {
    return new KafkaAdmin(await kafkaClient(this.#client, this.#log), this.#client.brokers);
  }
}

/** What lets the topic be opened again. */
function behind(topic: string): ForetideError {
  return new ForetideError('STORE_UNSETTLED', {
    what: 'A partition has not had all commands; they are read again',
    where: topic,
    canRetry: true,
  });
}
