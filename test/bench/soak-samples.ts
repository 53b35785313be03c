import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseMetrics, sumOf } from './prometheus-text.ts';
import type { SoakStream } from './soak-stream.ts';

/** What a process takes, as Linux tells of it. */
export interface ProcessFigures {
  /** bytes */
  readonly rss: number;
  readonly threads: number;
  /** Open file descriptors, and of these by what they are. */
  readonly handles: number;
  readonly handlesByKind: Readonly<Record<string, number>>;
  /** CPU seconds since its start. */
  readonly cpu: number;
}

/** What a run tells of itself at `/metrics`; null where it tells nothing. */
export interface RunSample {
  readonly heapUsed: number | null;
  readonly external: number | null;
  /** Of the event loop since the sample before, s. */
  readonly loopP99: number | null;
  readonly resources: Readonly<Record<string, number>>;
  readonly series: number | null;
  readonly lag: number | null;
  /** Records that are committed, of all partitions. */
  readonly committed: number | null;
  readonly deadLetters: number | null;
  readonly failedCommits: number | null;
}

/** Bytes on disk, by what they hold. */
export interface DiskSample {
  readonly input: number;
  readonly changelog: number;
  /** Kafka's own topics: offsets and transactions. */
  readonly kafkaOwn: number;
  /** The rest of Kafka's folder: its log of metadata, and above all the text that it logs. */
  readonly kafkaRest: number;
  readonly influxdb: number;
  readonly worker: number;
}

/** A line of the file of samples. */
export type SoakLine =
  | {
      readonly kind: 'begun';
      readonly stream: SoakStream;
      readonly minutes: number;
      readonly full: number | null;
      readonly on: Readonly<Record<string, string | number>>;
    }
  | { readonly kind: 'event'; readonly at: number; readonly what: SoakEvent }
  | SoakSample
  | ({ readonly kind: 'ended'; readonly at: number } & SoakOutcome);

/** What was done to a soak; `worker ended` is what nobody did. */
export type SoakEvent =
  | 'broker stopped'
  | 'broker back'
  | 'influxdb killed'
  | 'influxdb back'
  | 'worker killed'
  | 'worker back'
  | 'worker ended';

export interface SoakSample {
  readonly kind: 'sample';
  /** Seconds since the first reading. */
  readonly at: number;
  /** Which life of the worker it is of, from 1 on. */
  readonly life: number;
  readonly worker: ProcessFigures | null;
  readonly run: RunSample | null;
  readonly disk: DiskSample;
  readonly kafka: ProcessFigures | null;
  readonly influxdb: ProcessFigures | null;
}

/** How the outputs compare with what was produced. */
export interface SoakOutcome {
  readonly produced: number;
  readonly committed: number;
  readonly readings: number;
  readonly forecasts: number;
  readonly anomalies: number;
  /** Sensors, and those of which InfluxDB holds another number of readings than was produced. */
  readonly sensors: number;
  readonly wrong: number;
  readonly deadLetters: number;
  /** Whether every point is that of an undisturbed run over the same readings, byte by byte; null where none was made. */
  readonly isSame: boolean | null;
  readonly points: number;
  readonly undisturbedSeconds: number | null;
  /** Requests of the producer after whose error the records were in the topic, and were not. */
  readonly found: number;
  readonly repeated: number;
}

/** Units of `/proc/PID/stat`, s: 100 a second on every Linux. */
const TICK = 1 / 100;
const BLOCK = 512;

/** Null where it is gone. */
export function processFigures(pid: number): ProcessFigures | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const of = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)![1]);
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const kinds = handleKinds(pid);
    return {
      rss: of('VmRSS') * 1024,
      threads: of('Threads'),
      handles: Object.values(kinds).reduce((sum, n) => sum + n, 0),
      handlesByKind: kinds,
      cpu: (Number(fields[11]) + Number(fields[12])) * TICK,
    };
  } catch {
    return null;
  }
}

function handleKinds(pid: number): Record<string, number> {
  const folder = `/proc/${pid}/fd`;
  const counts: Record<string, number> = {};
  for (const name of readdirSync(folder)) {
    const kind = kindOf(join(folder, name));
    if (kind !== undefined) counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** Undefined where it was closed meanwhile. */
function kindOf(path: string): string | undefined {
  try {
    const stat = statSync(path);
    if (stat.isSocket()) return 'socket';
    if (stat.isFIFO()) return 'pipe';
    return stat.isFile() ? 'file' : 'other';
  } catch {
    return undefined;
  }
}

/** Reads off `/metrics`; null where nothing answers. */
export async function runSample(url: string): Promise<RunSample | null> {
  let text: string;
  try {
    const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5000) });
    if (!response.ok) return null;
    text = await response.text();
  } catch {
    return null;
  }
  const samples = parseMetrics(text);
  const of = (name: string): number | null => sumOf(samples, name);
  const resources = samples.filter(({ name }) => name === 'nodejs_active_resources');
  return {
    heapUsed: of('nodejs_heap_size_used_bytes'),
    external: of('nodejs_external_memory_bytes'),
    loopP99: of('nodejs_eventloop_lag_p99_seconds'),
    resources: Object.fromEntries(resources.map(({ labels, value }) => [labels['type'] ?? '', value])),
    series: of('foretide_series'),
    lag: of('foretide_lag_records'),
    committed: of('foretide_committed_offset'),
    deadLetters: of('foretide_dead_letters_total'),
    failedCommits: of('foretide_commit_failures_total'),
  };
}

/** Where the folders of a soak are. */
export interface SoakFolders {
  readonly kafka: string;
  readonly influxdb: string;
  readonly worker: string;
  readonly input: string;
  readonly changelog: string;
}

export function diskSample({ kafka, influxdb, worker, input, changelog }: SoakFolders): DiskSample {
  const data = join(kafka, 'data');
  const sums = { input: 0, changelog: 0, kafkaOwn: 0 };
  for (const name of namesIn(data)) {
    const bytes = diskBytes(join(data, name));
    const topic = name.replace(/-\d+(?:\..*)?$/, '');
    if (topic === input) sums.input += bytes;
    else if (topic === changelog) sums.changelog += bytes;
    else if (topic === '__consumer_offsets' || topic === '__transaction_state') sums.kafkaOwn += bytes;
  }
  // files come and go between two looks
  const kafkaRest = Math.max(0, diskBytes(kafka) - sums.input - sums.changelog - sums.kafkaOwn);
  return { ...sums, kafkaRest, influxdb: diskBytes(influxdb), worker: diskBytes(worker) };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Bytes that a file or a folder takes on disk: files of Kafka are larger than what is in them. */
function diskBytes(path: string): number {
  try {
    const stat = statSync(path);
    if (!stat.isDirectory()) return stat.blocks * BLOCK;
    return readdirSync(path).reduce((sum, name) => sum + diskBytes(join(path, name)), 0);
  } catch {
    return 0;
  }
}
