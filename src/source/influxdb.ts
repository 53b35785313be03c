import { type Log, silentLog } from '../log.ts';
import { awayError, fatalError, meaningOf } from '../sink/influxdb-answer.ts';
import { InfluxConnection, tokenPlace } from '../sink/influxdb-connection.ts';
import { ArchivePlayer } from './archive-player.ts';
import { InfluxArchive } from './influxdb-archive.ts';
import type { InfluxArchiveSettings } from './influxdb-settings.ts';
import type { Source, SourceHandler, SourcePlace } from './source.ts';

/** Longest that a check takes, ms. */
const TIME_LIMIT = 9000;

/**
 * A range of one measurement of an InfluxDB 2, as one partition.
 *
 * 1. Readings come by time and then by series, and offsets count them from 0.
 * 2. The range is read in stretches of time of at most 32,768 readings, one after the other: neither the server nor this process
 *    ever has to hold or sort the whole of it. While the server is away or busy the source waits.
 * 3. A restart finds its place by counting: it needs the same settings, and that nothing was added or removed before that place.
 *
 * @example
 * const settings = InfluxArchiveSettings.parse({ org: 'my-org', bucket: 'plant', from: '2026-01-01', to: '2026-02-01' });
 * await new InfluxSource(settings).run(handler, AbortSignal.timeout(60_000));
 */
export class InfluxSource implements Source {
  readonly name: string;
  readonly #settings: InfluxArchiveSettings;
  readonly #log: Pick<Log, 'info' | 'warn'>;
  readonly #player = new ArchivePlayer();

  constructor(settings: InfluxArchiveSettings, log: Pick<Log, 'info' | 'warn'> = silentLog) {
    this.name = `influxdb ${settings.url} bucket ${settings.bucket}`;
    this.#settings = settings;
    this.#log = log;
  }

  async check(): Promise<readonly string[]> {
    const { url, org, bucket, measurement, field, seriesTag } = this.#settings;
    const connection = new InfluxConnection(this.#settings);
    const stop = AbortSignal.timeout(TIME_LIMIT);
    try {
      const version = await connection.ping(stop).catch((error: unknown) => {
        throw meaningOf(error) === 'fatal'
          ? fatalError(error, this.#settings, 'ping')
          : awayError(error, url);
      });
      const archive = new InfluxArchive({ settings: this.#settings, connection, log: silentLog, stop });
      const extent = await archive.extent();
      const place = `bucket ${bucket} of organisation ${org}`;
      return [
        `InfluxDB ${version} answers at ${url}`,
        `${place} can be read with the token in ${tokenPlace(this.#settings)}`,
        extent
          ? `${place}: ${measurement} by ${seriesTag} from ${iso(extent.first)} to ${iso(extent.last)}`
          : `${place}: warning: no ${field} of ${measurement} with a tag ${seriesTag} in this range; check measurement, field, seriesTag, tags, series, from and to`,
      ];
    } catch (error) {
      throw stop.aborted ? awayError(error, url) : error;
    } finally {
      connection.close();
    }
  }

  begins(places: ReadonlyMap<number, SourcePlace>): void {
    this.#player.begins(places);
  }

  progress(): number {
    return this.#player.progress();
  }

  /**
   * @throws ForetideError SECRET_MISSING, INFLUX_UNAUTHORIZED, INFLUX_NOT_FOUND, INFLUX_REJECTED, STATE_MISMATCH; any error of the
   *   handler
   */
  async run(handler: SourceHandler, stop: AbortSignal): Promise<void> {
    const connection = new InfluxConnection(this.#settings);
    try {
      const archive = new InfluxArchive({ settings: this.#settings, connection, log: this.#log, stop });
      await this.#player.run([archive], handler, stop);
    } finally {
      connection.close();
    }
  }
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
