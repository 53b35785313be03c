import { describe, expect, test } from 'vitest';
import { decoderFor } from '../../src/decode/decoders.ts';
import { selectedDecoder } from '../../src/decode/selected-decoder.ts';
import { DecodeSettings } from '../../src/decode/settings.ts';
import { FileSource } from '../../src/source/file.ts';
import { FileSettings } from '../../src/source/file-settings.ts';
import { SelectedSource } from '../../src/source/selected.ts';
import type { Batch, Source } from '../../src/source/source.ts';
import { checkSource } from '../checks/source.ts';
import { recordings } from './recording.ts';

const write = recordings();
const never = new AbortController().signal;
const decoder = selectedDecoder(decoderFor(DecodeSettings.parse({ format: 'json', values: ['v'] })), {
  series: ['a*'],
  from: 10,
  to: undefined,
});
const line = (sensor: string, time: number): string => JSON.stringify({ sensor, time, v: 1 });

function source(lines: readonly string[]): SelectedSource {
  const settings = FileSettings.parse({ paths: [write(lines.join('\n'))] });
  return new SelectedSource(new FileSource(settings, () => undefined), decoder);
}

// where everything is wanted it is a source as any other
checkSource('SelectedSource', async (content) => {
  const paths = content.map((texts) => write(texts.map((text) => line(`a${text}`, 10)).join('\n')));
  return {
    open: () => new SelectedSource(new FileSource(FileSettings.parse({ paths }), () => undefined), decoder),
    text: ({ value }) => (JSON.parse(String(value)) as { sensor: string }).sensor.slice(1),
  };
});

async function batchesOf(from: Source): Promise<Batch[]> {
  const batches: Batch[] = [];
  await from.run(
    {
      open: async () => null,
      lose: async () => undefined,
      handle: async (batch) => void batches.push(batch),
    },
    never,
  );
  return batches;
}

describe('SelectedSource', () => {
  test('hands over what is wanted and what is broken, each at its own place; the position goes on past the rest', async () => {
    const lines = [line('a', 9), line('a', 10), line('b', 10), 'broken', line('ab', 11), line('b', 12)];
    const [batch, ...others] = await batchesOf(source(lines));
    expect(others).toEqual([]);
    expect(batch!.records.map(({ offset }) => offset)).toEqual([1, 3, 4]);
    expect(batch!.next).toBe(6);
  });

  test('a batch of which nothing is wanted moves the position', async () => {
    const batches = await batchesOf(source(Array.from({ length: 600 }, () => line('b', 20))));
    expect(batches.map(({ records, next }) => [records.length, next])).toEqual([
      [0, 512],
      [0, 600],
    ]);
  });
});
