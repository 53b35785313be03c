import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import { get } from 'node:http';
import { Readable } from 'node:stream';
import type { InfluxService } from '../services/influxdb.ts';
import { type NativeInfluxDB, startInfluxDB } from '../services/native-influxdb.ts';
import { BenchBucket } from '../bench/bench-bucket.ts';

/** Measurements whose points are compared, in this order. */
const MEASUREMENTS = ['reading', 'forecast', 'anomaly', 'event'] as const;

/** What lies in a bucket: a file with a line for each point, in an order that the points alone decide. */
export interface BucketDump {
  readonly path: string;
  readonly lines: number;
  readonly sha256: string;
}

/** An InfluxDB of our own that can be killed and brought back with its data. */
export class Influx {
  readonly service: InfluxService;
  readonly #dir: string;
  #server: NativeInfluxDB | undefined;

  private constructor(dir: string, server: NativeInfluxDB) {
    this.#dir = dir;
    this.#server = server;
    const { url, org, bucket, token } = server;
    this.service = { url, org, bucket, token };
  }

  /** @throws Error where this machine has no influxd: `no influxd …` */
  static async start(dir: string): Promise<Influx> {
    mkdirSync(dir, { recursive: true });
    return new Influx(dir, await startInfluxDB({ dir }));
  }

  /** undefined while it is away. */
  get pid(): number | undefined {
    return this.#server?.pid;
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.#server?.kill();
    this.#server = undefined;
  }

  async restart(): Promise<void> {
    this.#server ??= await startInfluxDB({ dir: this.#dir });
  }

  bucket(): Promise<BenchBucket> {
    return BenchBucket.make(this.service);
  }

  /** Writes every point of a bucket to a file: by measurement and tags, in the order of time, with all fields. */
  async dump(bucket: string, path: string): Promise<BucketDump> {
    const file = createWriteStream(path);
    const hash = createHash('sha256');
    let lines = 0;
    for (const measurement of MEASUREMENTS) {
      for await (const chunk of await this.#select(bucket, `SELECT * FROM "${measurement}" GROUP BY *`)) {
        const bytes = chunk as Buffer;
        for (const byte of bytes) if (byte === 0x0a) lines++;
        hash.update(bytes);
        if (!file.write(bytes)) await once(file, 'drain');
      }
    }
    file.end();
    await once(file, 'close');
    return { path, lines, sha256: hash.digest('hex') };
  }

  /** The answer to a query in InfluxQL as CSV: series by series, each by time. */
  async #select(bucket: string, query: string): Promise<Readable> {
    const { url, token } = this.service;
    const asked = new URLSearchParams({ db: bucket, q: query, epoch: 'ms' });
    const { promise, resolve, reject } = Promise.withResolvers<Readable>();
    const headers = { authorization: `Token ${token}`, accept: 'application/csv' };
    get(`${url}/query?${asked.toString()}`, { headers }, (response) => {
      if (response.statusCode === 200) resolve(response);
      else reject(new Error(`InfluxDB answered ${response.statusCode} to ${query}`));
    }).on('error', reject);
    return promise;
  }
}
