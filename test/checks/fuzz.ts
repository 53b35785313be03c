import { Subject, type Subscription } from 'rxjs';
import { ACCOUNT, type Account, accountSlot, readAccount } from '../../src/account.ts';
import { align, AlignSettings } from '../../src/align/align.ts';
import { decode } from '../../src/decode/decode.ts';
import type { Decoder } from '../../src/decode/decoder.ts';
import { decoderFor } from '../../src/decode/decoders.ts';
import { DecodeSettings } from '../../src/decode/settings.ts';
import { Memory } from '../../src/memory/memory.ts';
import { seededRandom } from '../../src/model/random.ts';
import type { Batch, SourceRecord } from '../../src/source/source.ts';
import { formats } from '../decode/formats.ts';

/** What has become of the records of one format. */
export interface FuzzOutcome {
  readonly format: string;
  readonly account: Account;
  /** Dead letters by reason. */
  readonly reasons: ReadonlyMap<string, number>;
  /** Longest that a frame took, ms, and how many records it had. */
  readonly longest: readonly [number, number];
  /** What should not be; each names the seed and the records by which it comes again. */
  readonly violations: readonly string[];
}

/** Most records of a frame. */
const MOST = 60;

/** Reasons why a record is not used; others are of single readings. */
const OF_RECORDS: ReadonlySet<string> = new Set(['malformed', 'missing', 'invalid', 'state-limit']);

/** Most records that one partition gets before the next begins. */
const MOST_OF_EPOCH = 120;

/** Event time between two records, s. */
const SECONDS = 20;

/** A frame may take so long, ms, on a machine that is busy: what takes longer can be used to stop a run. */
const PATIENCE = 5000;

/** Whole records, and parts that are put anywhere: numbers and names at the edge, what JSON may be and what it may not, and bytes that are no text. */
const deep = (open: string, times: number): Buffer => Buffer.from(open.repeat(times));
const PARTS: readonly Buffer[] = [
  ...[
    '1e999',
    '-1e308',
    '1e-400',
    '9'.repeat(400),
    `0.${'0'.repeat(400)}1`,
    '9007199254740993',
    '-0',
    'NaN',
    'Infinity',
    'null',
    'true',
    '""',
    '"\\ud800"',
    '"\\u0000"',
    '"__proto__":{"x":1},',
    '"constructor":1,',
    '"sensor":"__proto__",',
    '8640000000000001',
    '-8640000000000000',
    '"2026-02-30T25:61:00Z"',
    '"9999-12-31T23:59:59.999999999+14:00"',
    '\u2028',
    '\ufeff',
    '\r\n',
    '\\',
    '\u001b[31m',
    ' '.repeat(5000),
    'x'.repeat(70_000),
    ','.repeat(3000),
    '"'.repeat(3001),
    '\\'.repeat(3001),
    '=,'.repeat(2000),
  ].map((text) => Buffer.from(text)),
  deep('[', 20_000),
  deep('{"a":', 8000),
  deep('[{"sensor":', 3000),
  Buffer.from([0]),
  Buffer.from([0xff, 0xfe]),
  Buffer.from([0xc0, 0xaf]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from([0xf4, 0x90, 0x80, 0x80]),
  Buffer.from([0xe2, 0x82]),
];

type Random = () => number;

const oneOf = <T>(random: Random, all: readonly T[]): T => all[Math.floor(random() * all.length)]!;
const below = (random: Random, n: number): number => Math.floor(random() * n);

/** A record of the format, made different: its time and value anew, then some changes of bytes, or none; or bytes without any sense. */
function fuzzed(
  random: Random,
  { samples, others, second }: { samples: readonly string[]; others: readonly string[]; second: number },
): Buffer | null {
  const kind = random();
  if (kind < 0.002) return null;
  if (kind < 0.05) return Buffer.from(Array.from({ length: below(random, 200) }, () => below(random, 256)));
  let bytes = Buffer.from(renumbered(random, oneOf(random, samples), second));
  if (kind < 0.3) return bytes;
  for (let changes = 1 + below(random, 3); changes > 0; changes--) {
    const at = below(random, bytes.length + 1);
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
    switch (below(random, 7)) {
      case 0: // one bit
        if (after.length > 0) after[0]! ^= 1 << below(random, 8);
        break;
      case 1: // cut
        bytes = random() < 0.5 ? before : after;
        break;
      case 2: // the rest of another record, of this format or another
        bytes = Buffer.concat([
          before,
          Buffer.from(oneOf(random, random() < 0.5 ? samples : others)).subarray(at),
        ]);
        break;
      case 3: // something in between
        bytes = Buffer.concat([before, rarelyLong(random), after]);
        break;
      case 4: // something instead
        bytes = Buffer.concat([before, rarelyLong(random), after.subarray(below(random, 8))]);
        break;
      case 5: // twice
        bytes = Buffer.concat([before, bytes.subarray(at >> 1)]);
        break;
      default: // another byte
        if (after.length > 0) after[0] = below(random, 256);
    }
  }
  return bytes;
}

/** The long parts cost what they are long: one in fifty. */
function rarelyLong(random: Random): Buffer {
  const part = oneOf(random, PARTS);
  return part.length < 500 || random() < 0.02 ? part : part.subarray(0, 40);
}

/** Later times, as those of a stream, and here and there other digits, as many as there were. */
function renumbered(random: Random, sample: string, second: number): string {
  const later = sample.replace(/17\d{8}/, String(second));
  return random() < 0.95
    ? later
    : sample.replace(/\d/g, (digit) => (random() < 0.15 ? String(below(random, 10)) : digit));
}

/**
 * Random and mutated records through a decoder and through `decode` and `align`, in frames of any length. Whatever the bytes: nothing is thrown, no
 * frame takes long, and after each frame the counts balance and are those of the frames.
 *
 * @param format its place in `formats`
 */
export function fuzz({
  format,
  records,
  seed,
}: {
  readonly format: number;
  readonly records: number;
  readonly seed: number;
}): FuzzOutcome {
  const [name, settings, samples] = formats[format]!;
  const others = formats.flatMap(([, , all]) => all);
  const random = seededRandom(seed * 1000 + format);
  const decoder = decoderFor(DecodeSettings.parse(settings));
  const reasons = new Map<string, number>();
  const violations: string[] = [];
  const account = Object.fromEntries(ACCOUNT.map((count) => [count, 0])) as Account;
  let longest: readonly [number, number] = [0, 0];
  while (account.records < records && violations.length === 0) {
    const epoch = new Epoch(decoder);
    const from = account.records;
    // one reading far ahead makes all that come after it late: each epoch begins anew
    const end = Math.min(from + below(random, MOST_OF_EPOCH) + 1, records);
    for (let done = from; done < end && violations.length === 0;) {
      const length = Math.min(1 + below(random, MOST), end - done);
      const batch = Array.from({ length }, (_, i): SourceRecord => {
        const second = 1_700_000_000 + Math.floor((done - from + i) * SECONDS + random() * 100);
        return { offset: done + i, key: null, value: fuzzed(random, { samples, others, second }) };
      });
      const began = performance.now();
      const fault = epoch.take(batch);
      const took = performance.now() - began;
      if (took > longest[0]) longest = [took, length];
      const where = `${name}, seed ${seed}, records ${done} to ${done + length - 1}`;
      if (took > PATIENCE) violations.push(`${where}: took ${Math.round(took)} ms`);
      if (fault !== undefined) violations.push(`${where}: ${fault}`);
      done += length;
    }
    const counts = epoch.end(reasons);
    for (const count of ACCOUNT) account[count] += counts[count];
  }
  return { format: name, account, reasons, longest, violations };
}

/** A partition's decoder and alignment, from the first record on. */
class Epoch {
  readonly #memory = new Memory({ maxStateBytes: 300_000 });
  readonly #slot = accountSlot(this.#memory);
  readonly #batches = new Subject<Batch>();
  readonly #flow: Subscription;
  readonly #reasons: string[] = [];
  #records = 0;
  #thrown: unknown;
  #halfUsed = false;

  constructor(decoder: Decoder) {
    const alignment = AlignSettings.parse({ every: '1m' });
    this.#flow = this.#batches
      .pipe(decode(this.#memory, decoder), align(this.#memory, alignment, decoder.channels.length))
      .subscribe({
        next: ({ dead, offset }) => {
          this.#reasons.push(...dead.map(({ reason }) => reason));
          // a record is used whole or not at all
          const refused = new Set(
            dead.filter(({ reason }) => OF_RECORDS.has(reason)).map((one) => one.offset),
          );
          this.#halfUsed ||= offset.some((one) => refused.has(one));
        },
        error: (error: unknown) => (this.#thrown = error),
      });
  }

  /** Takes a frame; gives what is wrong then. */
  take(records: readonly SourceRecord[]): string | undefined {
    this.#records += records.length;
    this.#batches.next({ partition: 0, records, next: records.at(-1)!.offset + 1 });
    if (this.#thrown !== undefined)
      return `threw ${this.#thrown instanceof Error ? this.#thrown.stack : JSON.stringify(this.#thrown)}`;
    if (this.#halfUsed) return 'uses a part of a record that is dead';
    const is = readAccount(this.#memory, this.#slot);
    const unused = is.duplicate + is.late + is.early;
    this.#memory.committed();
    const balances =
      is.records === this.#records &&
      is.records === is.decoded + is.dead &&
      is.readings === is.used + unused &&
      this.#reasons.length === is.dead + unused;
    return balances
      ? undefined
      : `does not balance: ${JSON.stringify(is)}, ${this.#reasons.length} dead letters`;
  }

  end(reasons: Map<string, number>): Account {
    this.#flow.unsubscribe();
    for (const reason of this.#reasons) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    const account = readAccount(this.#memory, this.#slot);
    this.#memory.release();
    return account;
  }
}
