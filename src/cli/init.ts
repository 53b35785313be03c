import { access } from 'node:fs/promises';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { parse as parseYaml } from 'yaml';
import { checkedSettings, mergeSettings, type Tree } from '../config/load.ts';
import { ForetideError } from '../errors.ts';
import { type Asked, FORMATS, UNITS, type DataFormat, type KnownUnit } from '../init/asked.ts';
import { fileSample } from '../init/file-sample.ts';
import { type Findings, findSettings } from '../init/find.ts';
import { influxSample } from '../init/influxdb-sample.ts';
import { kafkaSample, type TopicPlace } from '../init/kafka-sample.ts';
import { settingsFile } from '../init/settings-file.ts';
import type { Pipeline } from '../pipeline.ts';
import { writable, writeWhole } from '../whole-file.ts';
import { findingsText } from './init-tables.ts';
import { findPipeline } from './pipelines.ts';

/** Flags of `foretide init`. */
interface InitFlags {
  readonly brokers?: readonly string[];
  readonly topic?: string;
  readonly url?: string;
  readonly org?: string;
  readonly bucket?: string;
  readonly measurement?: string;
  readonly tokenFile?: string;
  readonly format?: DataFormat;
  readonly time?: string;
  readonly timeUnit?: KnownUnit;
  readonly series?: readonly string[];
  readonly values?: readonly string[];
  readonly channels?: boolean;
  readonly delimiter?: string;
  readonly nulls?: readonly string[];
  readonly pipeline: string;
  readonly out: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

const list = (text: string): string[] => text.split(',').map((part) => part.trim());

function character(text: string): string {
  const one = text === '\\t' || text === 'tab' ? '\t' : text;
  if (/^[^"\r\n]$/.test(one)) return one;
  throw new InvalidArgumentError('Expected one character, or tab.');
}

/** Adds `foretide init`. */
export function addInitCommand(program: Command): void {
  program
    .command('init')
    .description('look at your data, and write settings with which they can be run')
    .argument('[source...]', 'files (also patterns such as data/*.csv), or kafka://host:port/topic')
    .option('-o, --out <file>', 'settings file that is written', 'foretide.yaml')
    .option('--force', 'write over a file that is there')
    .option('--json', 'print what was found as one JSON document')
    .option('--pipeline <pipeline>', 'the pipeline that the settings are for', 'live-forecast')
    .optionsGroup('A topic of Kafka, a bucket of InfluxDB 2:')
    .option('--brokers <host:port,…>', 'some brokers of the cluster', list)
    .option('--topic <name>', 'the topic')
    .option('--url <address>', 'of InfluxDB; default: http://127.0.0.1:8086')
    .option('--org <name>', 'organisation of the bucket')
    .option('--bucket <name>', 'the bucket; its token is taken from INFLUX_TOKEN')
    .option('--token-file <file>', 'file that holds the token')
    .option('--measurement <name>', 'default: the one with the most points')
    .optionsGroup('What is not found out rightly:')
    .addOption(new Option('--format <format>', 'how records are written').choices(FORMATS))
    .option('--time <field>', 'field of the event time')
    .addOption(new Option('--time-unit <unit>', 'how times are written').choices(UNITS))
    .option('--series <fields>', 'fields whose values, joined by /, name the series: site,sensor', list)
    .option('--values <fields>', 'fields of the observed numbers: a,b', list)
    .option('--channels', 'the values are the channels of one series, not a series each')
    .addOption(new Option('--delimiter <character>', 'between the cells of a CSV').argParser(character))
    .option('--nulls <codes>', 'what stands for a value that is missing: -200,n/a', list)
    .addHelpText(
      'after',
      `
It reads some 20,000 records: of files the first, of a topic the oldest and the newest of each partition, in a group of its own. Nothing but the
settings file is written.

Examples:
  $ foretide init sensors.csv
  $ foretide init 'plant/*.csv.gz' --series site,sensor
  $ foretide init kafka://127.0.0.1:9092/readings
  $ foretide init --org my-org --bucket plant`,
    )
    .action((sources: string[], flags: InitFlags) => initCommand(sources, flags));
}

async function initCommand(sources: readonly string[], flags: InitFlags): Promise<void> {
  const { out, json = false, force = false } = flags;
  const pipeline = await findPipeline(flags.pipeline);
  if (!force) await mustNotBeThere(out);
  await writable(out, sources);
  const findings = await look(sources, flags);
  const check = `npx foretide check ${flags.pipeline} --config ${quoted(out)}`;
  const run = `npx foretide run ${flags.pipeline} --config ${quoted(out)}`;
  const text = settingsFile(findings, run);
  mustFit(pipeline, text);
  await writeWhole(out, Buffer.from(text));
  const print = (line: string): boolean => process.stdout.write(`${line}\n`);
  if (json) {
    print(JSON.stringify({ ...documentOf(findings), settings: out, next: [check, run] }));
    return;
  }
  print(findingsText(findings));
  print(`Written: ${out}. Next:\n  ${check}\n  ${run}`);
  if (findings.sample.input['kind'] === 'kafka')
    print(`A topic runs on until Ctrl-C; what it holds now, to its end: ${run.replace(' run ', ' replay ')}`);
}

async function look(sources: readonly string[], flags: InitFlags): Promise<Findings> {
  const { format, time, timeUnit, series, values, channels, delimiter, nulls } = flags;
  const asked: Asked = { format, time, timeUnit, series, values, channels, delimiter, nulls };
  const topic = topicOf(sources, flags);
  const { bucket, org, url = 'http://127.0.0.1:8086', measurement, tokenFile } = flags;
  const kinds = [topic !== undefined, bucket !== undefined, topic === undefined && sources.length > 0];
  if (kinds.filter(Boolean).length !== 1 || (bucket !== undefined && org === undefined)) {
    throw new ForetideError('SETTINGS_INVALID', {
      what: 'What is to be looked at?',
      expected: 'files, or kafka://host:port/topic (--brokers and --topic), or --org and --bucket',
      got: sources.length === 0 ? 'none of them' : sources.join(' '),
      todo: 'foretide init --help has examples.',
    });
  }
  if (topic) return findSettings(await kafkaSample(topic, asked), asked);
  if (bucket === undefined) return findSettings(await fileSample(sources, asked), asked);
  const token = tokenFile === undefined ? { env: 'INFLUX_TOKEN' } : { file: tokenFile };
  const { sample, open } = await influxSample({ url, org: org!, bucket, token, measurement }, asked);
  const found = findSettings(sample, asked);
  return { ...found, open: [...found.open, ...open] };
}

function topicOf(
  [source, ...others]: readonly string[],
  { brokers, topic }: InitFlags,
): TopicPlace | undefined {
  const match = /^kafka:\/\/([^/]+)\/(.+)$/.exec(source ?? '');
  if (match && others.length === 0) return { brokers: list(match[1]!), topic: match[2]! };
  if (brokers === undefined && topic === undefined && !source?.startsWith('kafka:')) return undefined;
  if (brokers && topic !== undefined && source === undefined) return { brokers, topic };
  throw new ForetideError('SETTINGS_INVALID', {
    what: 'A topic is named by its brokers and its name',
    expected: 'kafka://host:port/topic, or --brokers host:port --topic name',
    got: source ?? (topic === undefined ? 'no --topic' : 'no --brokers'),
  });
}

async function mustNotBeThere(path: string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (!isThere) return;
  throw new ForetideError('FILE_UNWRITABLE', {
    what: 'The settings file is there already',
    where: path,
    todo: 'Name another one by --out, or write over it with --force.',
  });
}

/** What is written is what a run will read: it must pass the same check before. */
function mustFit(pipeline: Pipeline, text: string): void {
  const tree = mergeSettings(structuredClone(pipeline.defaults), parseYaml(text) as Tree);
  checkedSettings(pipeline.settings, tree, 'the file that would be written');
}

/** The findings without the records that they came of. */
function documentOf({ sample, ...findings }: Findings): Readonly<Record<string, unknown>> {
  const { origin, format, parts, isWhole, isArchive, input } = sample;
  return { origin, format: isArchive ? 'influxdb' : format, parts, isWhole, input, ...findings };
}

/** A path as a shell takes it. */
function quoted(path: string): string {
  return /^[\w./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
