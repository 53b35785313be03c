import { Subject, tap } from 'rxjs';
import { ACCOUNT, type Account, accountSlot, readAccount } from '../account.ts';
import { align } from '../align/align.ts';
import type { InputKind } from '../cell/inputs.ts';
import { decode } from '../decode/decode.ts';
import type { Decoder } from '../decode/decoder.ts';
import { ForetideError } from '../errors.ts';
import type { Frame } from '../frame.ts';
import { Memory } from '../memory/memory.ts';
import { scale } from '../scale/scale.ts';
import type { Batch, SourceHandler } from '../source/source.ts';
import { topology } from '../stage.ts';
import { History } from './history.ts';
import type { TrainSettings } from './settings.ts';

/** One partition under way. */
interface Lane {
  readonly memory: Memory;
  readonly input: Subject<Batch>;
  readonly failure: () => unknown;
  readonly account: () => Account;
  /** By the row of the series in Memory; a series has none while no row of it has come out. */
  readonly histories: Map<number, History>;
}

/**
 * Takes a source's readings through the very stages that run live, decode, align and scale with a Memory a partition, and keeps what comes
 * out: the model learns from what it will be served.
 */
export class Collector implements SourceHandler {
  readonly #decoder: Decoder;
  readonly #settings: TrainSettings;
  readonly #inputs: InputKind;
  readonly #lanes = new Map<number, Lane>();
  #firstDead: string | undefined;
  #readings = 0;
  #steps = 0;

  /** @param inputs what the model sees of a reading */
  constructor(decoder: Decoder, settings: TrainSettings, inputs: InputKind) {
    this.#decoder = decoder;
    this.#settings = settings;
    this.#inputs = inputs;
  }

  open(partition: number): Promise<null> {
    this.#close(partition);
    this.#lanes.set(partition, this.#lane(partition));
    return Promise.resolve(null);
  }

  /** @throws ForetideError TRAINING_DATA where more steps come than `train.maxReadings`: readings, and missing ones that the cell goes through */
  handle(batch: Batch): Promise<void> {
    const { input, failure } = this.#lanes.get(batch.partition)!;
    input.next(batch);
    return failure() === undefined ? Promise.resolve() : Promise.reject(failure());
  }

  lose(partition: number): Promise<void> {
    this.#close(partition);
    return Promise.resolve();
  }

  /** Readings kept so far. */
  get readings(): number {
    return this.#readings;
  }

  /** What became of all that came in. */
  account(): Account {
    return Object.fromEntries(ACCOUNT.map((name) => [name, this.#sum(name)])) as Account;
  }

  /** Why the first record or reading that could not be used was set aside. */
  get firstDead(): string | undefined {
    return this.#firstDead;
  }

  /** What was kept, by name and partition: the order does not depend on which partition was faster. Gives the Memories back. */
  take(): History[] {
    const all = [...this.#lanes.values()].flatMap(({ histories }) => [...histories.values()]);
    this.close();
    return all.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.partition - b.partition));
  }

  /** Drops what was not taken, and gives the Memories back. */
  close(): void {
    for (const partition of this.#lanes.keys()) this.#close(partition);
  }

  #sum(name: keyof Account): number {
    let sum = 0;
    for (const { account } of this.#lanes.values()) sum += account()[name];
    return sum;
  }

  #close(partition: number): void {
    const lane = this.#lanes.get(partition);
    if (!lane) return;
    for (const { readings, length } of lane.histories.values()) {
      this.#readings -= readings;
      this.#steps -= length;
    }
    lane.memory.release();
    this.#lanes.delete(partition);
  }

  #lane(partition: number): Lane {
    const { align: alignSettings, scale: scaleSettings, maxStateBytes, train } = this.#settings;
    const { channels } = this.#decoder;
    const memory = new Memory({ maxStateBytes });
    const account = accountSlot(memory);
    const histories = new Map<number, History>();
    const input = new Subject<Batch>();
    let failure: unknown;
    const keep = (frame: Parameters<History['add']>[0]): void => {
      this.#noteDead(frame);
      for (let i = 0; i < frame.length; i++) {
        const row = frame.series[i]!;
        const history =
          histories.get(row) ?? new History(frame.name[i]!, partition, channels.length, this.#inputs);
        histories.set(row, history);
        this.#steps -= history.length;
        history.add(frame, i);
        this.#steps += history.length;
      }
      this.#readings += frame.length;
      if (this.#steps > train.maxReadings) throw tooMany(train.maxReadings);
    };
    input
      .pipe(
        topology(
          decode(memory, this.#decoder),
          align(memory, { ...alignSettings, grace: undefined }, channels.length), // a late reading is left out
          scale(memory, channels.length, scaleSettings),
        ),
        tap(keep),
      )
      .subscribe({ error: (error: unknown) => (failure = error) });
    memory.seal();
    return {
      memory,
      input,
      failure: () => failure,
      account: () => readAccount(memory, account),
      histories,
    };
  }

  #noteDead({ dead: [letter] }: Frame): void {
    if (letter) this.#firstDead ??= `${letter.reason}: ${letter.detail}`;
  }
}

function tooMany(limit: number): ForetideError {
  return new ForetideError('TRAINING_DATA', {
    what: 'There are more readings than may be taken into memory',
    expected: `at most ${limit.toLocaleString('en-US')}`,
    where: 'train.maxReadings',
    todo: 'Raise --max-readings where there is room, or train on a part of the data.',
  });
}
