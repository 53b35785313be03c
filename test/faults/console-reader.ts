import { randomUUID } from 'node:crypto';
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { once } from 'node:events';
import type { Cluster } from './cluster.ts';

/** A record as Kafka's console consumer tells it: which topic it is of is not told. */
export interface ConsoleRecord {
  readonly partition: number;
  readonly offset: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly key: string;
  /** The very bytes. */
  readonly value: Buffer | null;
}

const CLASS = 'org.apache.kafka.tools.consumer.ConsoleConsumer';

/**
 * Kafka's own console consumer, reading committed records of all topics whose names match, from the first on and for as long as it is left
 * running. It is a client that shares no code with kafkajs. It may begin anew when brokers die: a record may come twice, never in another
 * order within a partition than they lie in it (`take` is to see to that).
 */
export class ConsoleReader {
  readonly #child: ChildProcess;
  readonly #take: (record: ConsoleRecord) => void;
  readonly #ended: Promise<void>;
  #failure: unknown;
  #rest: Buffer = Buffer.alloc(0);
  readonly #field: Buffer;
  readonly #line: Buffer;
  readonly #header: string;
  readonly #none: string;
  #isStopping = false;

  private constructor(child: ChildProcess, marks: Marks, take: (record: ConsoleRecord) => void) {
    this.#child = child;
    this.#take = take;
    this.#field = Buffer.from(marks.field);
    this.#line = Buffer.from(marks.line);
    this.#header = marks.header;
    this.#none = marks.none;
    child.stdout!.on('data', (chunk: Buffer) => this.#read(chunk));
    this.#ended = this.#watch();
  }

  /**
   * @param topics a regular expression of Java
   * @param log file that its complaints go to
   */
  static async start(
    cluster: Cluster,
    topics: string,
    log: string,
    take: (record: ConsoleRecord) => void,
  ): Promise<ConsoleReader> {
    const mark = randomUUID();
    const marks: Marks = {
      field: `<${mark}|>`,
      line: `<${mark};>`,
      header: `<${mark},>`,
      none: `<${mark}0>`,
    };
    const print = {
      'print.partition': true,
      'print.offset': true,
      'print.headers': true,
      'print.key': true,
      'key.separator': marks.field,
      'line.separator': marks.line,
      'headers.separator': marks.header,
      'null.literal': marks.none,
    };
    const [java, ...args] = await cluster.tool(CLASS, [
      '--bootstrap-server',
      cluster.brokers.join(','),
      '--include',
      topics,
      '--from-beginning',
      '--isolation-level',
      'read_committed',
      '--command-property',
      'metadata.max.age.ms=3000',
      ...Object.entries(print).flatMap(([name, value]) => ['--formatter-property', `${name}=${value}`]),
    ]);
    const fd = openSync(log, 'a');
    const child = spawn(java, args, { stdio: ['ignore', 'pipe', fd] });
    closeSync(fd);
    return new ConsoleReader(child, marks, take);
  }

  /** @throws what it ended with, or what was found in a record */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  async #watch(): Promise<void> {
    const [code] = (await once(this.#child, 'close')) as [number | null];
    if (!this.#isStopping) this.#failure ??= new Error(`The console consumer ended with ${String(code)}`);
  }

  #read(chunk: Buffer): void {
    if (this.#failure !== undefined) return;
    const all = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let from = 0;
    try {
      for (;;) {
        const end = all.indexOf(this.#line, from);
        if (end < 0) break;
        this.#take(this.#record(all.subarray(from, end)));
        from = end + this.#line.length;
      }
    } catch (error) {
      this.#failure = error;
    }
    this.#rest = Buffer.from(all.subarray(from));
  }

  /** `Partition:0|Offset:7|header:value,header:value|key|value`, with the marks for `|` and `,`. */
  #record(line: Buffer): ConsoleRecord {
    const fields: Buffer[] = [];
    let from = 0;
    for (let i = 0; i < 4; i++) {
      const end = line.indexOf(this.#field, from);
      if (end < 0) throw new Error(`The console consumer prints otherwise: ${line.toString().slice(0, 200)}`);
      fields.push(line.subarray(from, end));
      from = end + this.#field.length;
    }
    const [partition, offset, headers, key] = fields.map(String);
    const value = line.subarray(from);
    return {
      partition: Number(partition!.replace(/^.*Partition:/s, '')),
      offset: Number(offset!.replace('Offset:', '')),
      headers: headers === 'NO_HEADERS' ? {} : this.#headers(headers!),
      key: key!,
      value: value.equals(Buffer.from(this.#none)) ? null : value,
    };
  }

  #headers(text: string): Record<string, string> {
    const entries = text.split(this.#header).map((one): [string, string] => {
      const at = one.indexOf(':');
      return [one.slice(0, at), one.slice(at + 1)];
    });
    return Object.fromEntries(entries);
  }
}

/** What stands between the parts of what is printed, and for null: in no record. */
interface Marks {
  readonly field: string;
  readonly line: string;
  readonly header: string;
  readonly none: string;
}
