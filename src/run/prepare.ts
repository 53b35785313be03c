import type { RunSettings } from '../config/run-settings.ts';
import type { Decoder } from '../decode/decoder.ts';
import { Readings } from '../decode/readings.ts';
import { ForetideError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Model } from '../model/model.ts';
import { modelFor } from '../model/model-for.ts';
import { InfluxSink } from '../sink/influxdb.ts';
import { KafkaDeadLetters } from '../sink/kafka-dead-letters.ts';
import { NullSink } from '../sink/null.ts';
import type { Sink } from '../sink/sink.ts';
import { csvColumns, FileSource } from '../source/file.ts';
import type { FileShape } from '../source/file-reader.ts';
import { InfluxSource } from '../source/influxdb.ts';
import { KafkaSource } from '../source/kafka.ts';
import { parquetTable } from '../source/parquet-table.ts';
import type { Source, SourceRecord } from '../source/source.ts';
import { SqliteSource } from '../source/sqlite.ts';
import type { ChangelogReader } from '../store/changelog.ts';
import { runDecoder, selectedSource } from './run-decoder.ts';
import { samePath } from './same-path.ts';
import type { StorePlace } from './stores.ts';
import type { DeadLetterSink } from './task.ts';

/** What a run is put together from, apart from its store. */
export interface Prepared {
  readonly decoder: Decoder;
  readonly model: Model;
  readonly source: Source;
  /** What a store in Kafka reads its state from. */
  readonly changelog: ChangelogReader | undefined;
  /** Undefined: outputs go to the store. */
  readonly sink: Sink | undefined;
  /** Undefined: dead letters go to the store. */
  readonly deadLetters: DeadLetterSink | undefined;
}

/**
 * Makes decoder, model, source and sinks as the settings say. Reads the model's file and the header of CSV files; reaches no server yet.
 *
 * @param place of the run's store, where it has one
 */
export async function prepare(settings: RunSettings, log: Log, place?: StorePlace): Promise<Prepared> {
  const table = await withColumns(settings.input);
  const decoder = runDecoder(settings, table, log);
  const model = await modelFor(settings.model, decoder.channels);
  const made = { decoder, model, sink: sinkOf(settings.output, log) };
  if (place?.kind === 'kafka') {
    const source = new KafkaSource(place.input, log, place.topics.changelog);
    return {
      ...made,
      source: selectedSource(source, settings, decoder),
      changelog: source.changelog,
      deadLetters: undefined,
    };
  }
  const shape = shapeOf(settings.input.decode, table);
  const source = selectedSource(sourceOf(settings.input, { decoder, shape, log }), settings, decoder);
  return { ...made, source, changelog: undefined, deadLetters: deadLettersOf(settings, log) };
}

/**
 * A run may not read the file that it writes its own state to: it would go on for ever, and --fresh would remove what it is to read.
 *
 * @throws ForetideError SETTINGS_INVALID
 */
export function mustNotReadOwnStore({ input }: Pick<RunSettings, 'input'>, place: StorePlace): void {
  if (input.kind !== 'sqlite' || place.kind !== 'sqlite' || !samePath(input.path, place.path)) return;
  throw new ForetideError('SETTINGS_INVALID', {
    what: 'The run would read the file that it writes to',
    got: place.path,
    where: 'input.path',
    todo: 'Name another file with store.path.',
  });
}

interface SourceParts {
  readonly decoder: Decoder;
  readonly shape: FileShape;
  readonly log: Log;
}

function sourceOf(input: RunSettings['input'], { decoder, shape, log }: SourceParts): Source {
  switch (input.kind) {
    case 'file':
      return new FileSource(input, timeReader(decoder), shape);
    case 'kafka':
      return new KafkaSource(input, log);
    case 'sqlite':
      return new SqliteSource(input);
    case 'influxdb':
      return new InfluxSource(input, log);
  }
}

/** The decoder's settings, with the columns that the CSV files begin with; those of Parquet as of a table with its columns. */
async function withColumns(input: RunSettings['input']): Promise<RunSettings['input']['decode']> {
  const { decode } = input;
  if (decode.format === 'parquet' && input.kind === 'file') return parquetTable(input.paths, decode);
  if (decode.format !== 'csv' || decode.columns || input.kind !== 'file') return decode;
  const headers = await Promise.all(input.paths.map((path) => csvColumns(path, decode.delimiter)));
  const columns = headers[0]!;
  headers.forEach((header, i) => {
    if (header.join() === columns.join()) return;
    throw new ForetideError('FILE_FORMAT', {
      what: 'The files have different columns',
      expected: columns.join(),
      got: header.join(),
      where: `${input.paths[i]}:1`,
      todo: 'Run files of different shapes on their own.',
    });
  });
  return { ...decode, columns };
}

/** How a file of this format is split into records; undefined: line by line. */
function shapeOf(decode: RunSettings['input']['decode'], table: RunSettings['input']['decode']): FileShape {
  if (decode.format === 'csv') return { delimiter: decode.delimiter, columns: decode.columns };
  if (decode.format !== 'parquet' || table.format !== 'csv') return undefined;
  return { columns: table.columns ?? [] };
}

/** Event time of a record's first reading, ms; undefined where it has none, or none that is selected. Only used to pace history. */
export function timeReader(decoder: Decoder): (record: SourceRecord) => number | undefined {
  return (record) => {
    const readings = new Readings(decoder.channels.length);
    return decoder.decode(record, readings) ? undefined : readings.time[0];
  };
}

function sinkOf(output: RunSettings['output'], log: Log): Sink | undefined {
  switch (output.kind) {
    case 'store':
      return undefined;
    case 'influxdb':
      return new InfluxSink(output, log);
    case 'none':
      return new NullSink();
  }
}

function deadLettersOf({ deadLetters, input }: RunSettings, log: Log): DeadLetterSink | undefined {
  if (deadLetters.kind === 'store') return undefined;
  if (input.kind === 'kafka') {
    return new KafkaDeadLetters({ ...input, topic: deadLetters.topic }, input.topic, log);
  }
  throw new ForetideError('SETTINGS_INVALID', {
    what: 'A topic for dead letters needs the brokers of a Kafka input',
    expected: 'deadLetters.kind: store, or input.kind: kafka',
    got: `input.kind: ${input.kind}`,
    where: 'deadLetters.kind',
  });
}
