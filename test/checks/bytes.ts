import { createHash, type Hash } from 'node:crypto';
import type { Frame } from '../../src/frame.ts';
import type { Memory } from '../../src/memory/memory.ts';

/**
 * Everything that frames say, row by row, as one hash by row: independent of how the rows were cut into frames. Columns of n × k
 * numbers are cut into rows; dead letters stand with their offset.
 */
export function rowHashes(frames: readonly Frame[]): string[] {
  const rows: string[] = [];
  for (const frame of frames) {
    const entries = Object.entries(frame) as [string, unknown][];
    for (let i = 0; i < frame.length; i++) {
      const hash = createHash('sha256').update(frame.name[i]!);
      for (const [name, column] of entries) {
        if (name === 'series' || !ArrayBuffer.isView(column)) continue;
        addRow(hash, name, column as Float64Array, i, frame.length);
      }
      rows.push(hash.digest('hex'));
    }
  }
  return rows;
}

function addRow(hash: Hash, name: string, column: Float64Array, i: number, length: number): void {
  const width = column.length / length;
  if (!Number.isInteger(width))
    throw new Error(`Column ${name} has ${column.length} numbers for ${length} rows`);
  const row = column.subarray(i * width, (i + 1) * width);
  hash.update(name).update(new Uint8Array(row.buffer, row.byteOffset, row.byteLength));
}

/** The dead letters of all frames, in order. */
export function deadLetters(frames: readonly Frame[]): string[] {
  return frames
    .flatMap(({ dead }) => dead.map(({ offset, reason, detail }) => `${offset} ${reason} ${detail}`))
    .toSorted();
}

/** All state as one hash. */
export function stateHash(memory: Memory): string {
  const hash = createHash('sha256').update(memory.partitionBytes());
  for (const { series, bytes } of [...memory.changed()].toSorted((a, b) => a.birth - b.birth)) {
    hash.update(series).update(bytes);
  }
  return hash.digest('hex');
}
