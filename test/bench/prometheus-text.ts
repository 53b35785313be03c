/** One sample of a text of metrics. */
export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** `name{label="value"} 1.5`; a label's value is anything but an unescaped quotation mark. */
const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** The samples of a text in the format of Prometheus, in their order; comments and what is no sample are left out. Labels are as they are written, with their escapes. */
export function parseMetrics(text: string): MetricSample[] {
  return text.split('\n').flatMap((line) => {
    const found = SAMPLE.exec(line);
    if (!found || line.startsWith('#')) return [];
    const labels = [...(found[2] ?? '').matchAll(LABEL)].map(([, name, value]) => [name!, value!] as const);
    return [{ name: found[1]!, labels: Object.fromEntries(labels), value: Number(found[3]) }];
  });
}

/** The sum of all samples of a name; null where there is none. */
export function sumOf(samples: readonly MetricSample[], name: string): number | null {
  const found = samples.filter((one) => one.name === name);
  return found.length === 0 ? null : found.reduce((sum, { value }) => sum + value, 0);
}
