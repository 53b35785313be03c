import { describe, expect, test } from 'vitest';
import { metaBytes } from '../../src/store/kafka-meta.ts';
import { encodeState, type StateKind } from '../../src/store/kafka-state.ts';
import type { ConsoleRecord } from './console-reader.ts';
import { END, type Expected, KINDS_OF_TOPIC, Outputs } from './outputs.ts';
import { PARTITIONS } from './workload.ts';

const SENTINEL = Buffer.from('the end');
const FINGERPRINT = 'ab'.repeat(16);

/** Records as a run would leave them, each in its own topic's numbering. */
class Story {
  readonly records: ConsoleRecord[] = [];
  readonly #offsets = new Map<string, number>();
  #sum = 0;

  put(topic: string, partition: number, key: string, value: Buffer | string, headers = {}): this {
    const offset = this.#offsets.get(`${topic}/${partition}`) ?? 0;
    this.#offsets.set(`${topic}/${partition}`, offset + 1);
    this.records.push({ partition, offset, key, value: Buffer.from(value), headers });
    return this;
  }

  forecast(time: number, yhat = time): this {
    return this.put('forecast', 0, 's', JSON.stringify({ series: 's', time, h: '01', yhat }));
  }

  dead(offset: number, detail = 'none'): this {
    const headers = { reason: 'malformed', detail, series: '', offset: String(offset) };
    return this.put('dead', 0, `input/0@${offset}`, 'poison', headers);
  }

  state(kind: StateKind, commit: number, bytes: Uint8Array, series = ''): this {
    for (const { key, value, sum } of encodeState({
      kind,
      commit,
      bytes,
      series,
      fingerprint: FINGERPRINT,
    })) {
      if (kind === 'series') this.#sum = sum;
      this.put('changelog', 0, key, value);
    }
    return this;
  }

  commit(commit: number, next: number, byte = commit): this {
    this.state('series', commit, Buffer.from([byte]), 's').state('slots', commit, Buffer.from('slots'));
    return this.state('meta', commit, metaBytes({ next, watermark: 0, rows: 1, sum: this.#sum }));
  }

  end(): this {
    for (let p = 0; p < PARTITIONS; p++) {
      for (const kind of KINDS_OF_TOPIC) {
        if (kind !== 'changelog') this.put(kind, p, END, kind);
        else
          for (const { key, value } of encodeState({
            kind: 'sentinel',
            commit: 0,
            bytes: SENTINEL,
            fingerprint: FINGERPRINT,
          }))
            this.put(kind, p, key, value);
      }
    }
    return this;
  }
}

function read(story: Story, expected?: Expected): Expected {
  const outputs = new Outputs({
    expected,
    sentinel: SENTINEL,
    isComplete: true,
    mode: 'rows',
    promise: 'I1',
  });
  for (const record of story.records) outputs.take(record);
  expect(outputs.hasEnded).toBe(true);
  return outputs.finish();
}

describe('Outputs', () => {
  const golden = read(new Story().forecast(1).forecast(2).dead(7).commit(1, 10).commit(2, 20).end());

  test('the same in other commits is the same', () => {
    const other = new Story().dead(7).forecast(1).commit(1, 5, 9).commit(2, 20, 2).forecast(2).end();
    const { states } = read(other, golden);
    expect(states[0]).toMatchObject({ next: 20, commits: 2, series: 1 });
    expect(golden.states[0]!.sha256).toBe(states[0]!.sha256);
  });

  test('a reader that begins anew tells nothing new', () => {
    const story = new Story().forecast(1).forecast(2).dead(7).commit(1, 10).commit(2, 20);
    story.records.push(...story.records);
    expect(() => read(story.end(), golden)).not.toThrow();
  });

  test.each<[string, string, Story]>([
    ['a value that differs', 'I1', new Story().forecast(1).forecast(2, 3)],
    ['one that comes twice', 'I1', new Story().forecast(1).forecast(1)],
    ['one too many', 'I1', new Story().forecast(1).forecast(2).forecast(3)],
    ['one that is missing', 'I1', new Story().forecast(1).dead(7).commit(1, 10).commit(2, 20).end()],
    ['a dead letter that comes twice', 'I2', new Story().dead(7).dead(7)],
    ['a dead letter that differs', 'I2', new Story().dead(7, 'something')],
    ['no dead letter', 'I2', new Story().forecast(1).forecast(2).commit(1, 10).commit(2, 20).end()],
    ['a commit that is missing', 'I7', new Story().commit(1, 10).commit(3, 20)],
    ['a commit that goes back', 'I7', new Story().commit(1, 10).commit(2, 10)],
    [
      'a row that differs',
      'I3',
      new Story().forecast(1).forecast(2).dead(7).commit(1, 10).commit(2, 20, 3).end(),
    ],
    ['another position', 'I3', new Story().forecast(1).forecast(2).dead(7).commit(1, 10).commit(2, 21).end()],
  ])('%s breaks %s', (_, promise, story) => {
    expect(() => read(story, golden)).toThrow(`${promise} is broken`);
  });
});
