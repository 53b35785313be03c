import type { Asked, DataFormat } from '../../src/init/asked.ts';
import { type Findings, findSettings } from '../../src/init/find.ts';
import type { Sample } from '../../src/init/sample.ts';
import { delimiterOf } from '../../src/init/text-format.ts';

/** A sample of records that are texts; of a table the first is its header. */
export function sampleOf(format: DataFormat, texts: readonly string[], more: Partial<Sample> = {}): Sample {
  const [head = '', ...rows] = texts;
  const isTable = format === 'csv';
  const delimiter = isTable ? delimiterOf(texts.map((text) => Buffer.from(text))) : ',';
  const records = (isTable ? rows : texts).map((text, offset) => ({
    offset,
    key: null,
    value: Buffer.from(text),
    ...(isTable && { cells: text.split(delimiter) }),
  }));
  return {
    origin: 'test',
    name: 'plant',
    parts: 1,
    format,
    stretches: [records],
    isWhole: true,
    ...(isTable && { columns: head.split(delimiter), hasHeader: true, delimiter }),
    input: { kind: 'file', paths: [`plant.${format}`] },
    ...more,
  };
}

/** What is found of a table. */
export function ofCsv(texts: readonly string[], asked: Asked = {}): Findings {
  return findSettings(sampleOf('csv', texts), asked);
}

/** What is found of JSON. */
export function ofJson(objects: readonly object[], asked: Asked = {}): Findings {
  return findSettings(
    sampleOf(
      'json',
      objects.map((object) => JSON.stringify(object)),
    ),
    asked,
  );
}

export const T = Date.parse('2026-01-01T00:00:00Z');
export const MINUTE = 60_000;

/** `n` things by their number. */
export function times<A>(n: number, make: (i: number) => A): A[] {
  return Array.from({ length: n }, (_, i) => make(i));
}

export const iso = (time: number): string => new Date(time).toISOString();
