import fc from 'fast-check';
import { expect, test } from 'vitest';
import { accountSlot, readAccount } from '../../src/account.ts';
import { Memory } from '../../src/memory/memory.ts';
import { messyStream } from '../checks/stream.ts';
import { batchOf, liveStages } from '../checks/topology.ts';
import { through } from '../frames.ts';

// Invariant 4. Seen to fail when decode keeps the readings that it added before a refusal, and when align does not count duplicates.
test('every record is decoded or dead, every reading used, duplicate or late; frames and dead letters say the same', () => {
  fc.assert(
    fc.property(fc.nat(10_000), (seed) => {
      const records = messyStream(seed, 300);
      const memory = new Memory({ maxStateBytes: seed % 2 === 0 ? Infinity : 20_000 });
      const { stages } = liveStages(memory);
      const frames = through(stages, batchOf(records.slice(0, 100)), batchOf(records.slice(100)));
      const account = readAccount(memory, accountSlot(memory));
      const letters = frames.flatMap(({ dead }) => dead);
      const ofRecords = letters.filter(({ reason }) => reason !== 'duplicate' && reason !== 'late');
      expect(account.records).toBe(300);
      expect(account.decoded + account.dead).toBe(account.records);
      expect(account.used + account.duplicate + account.late).toBe(account.readings);
      expect(account.dead).toBe(ofRecords.length);
      expect(account.duplicate + account.late).toBe(letters.length - ofRecords.length);
      expect(account.used).toBe(frames.reduce((sum, frame) => sum + frame.length, 0));
      expect(frames.reduce((sum, frame) => sum + frame.records, 0)).toBe(300);
      if (seed % 2 === 1) expect(letters.some(({ reason }) => reason === 'state-limit')).toBe(true);
      // a record is used whole or not at all
      const refused = new Set(ofRecords.map(({ offset }) => offset));
      expect(frames.flatMap(({ offset }) => [...offset]).filter((offset) => refused.has(offset))).toEqual([]);
      // the original bytes are in each letter
      for (const { offset, bytes } of letters) expect(bytes).toEqual(records[offset]!.value);
      memory.release();
    }),
    { numRuns: 30 },
  );
});
