import { ALERT_NUMBERS } from '../alert/turn.ts';
import { type Points, revisionAt } from '../sink/points.ts';

/** The columns that name a row of each table of outputs; of alerts, where late readings are taken in, now and then two. */
export const ROW_KEYS = {
  reading: ['partition', 'series', 'time'],
  forecast: ['partition', 'series', 'model', 'h', 'time'],
  anomaly: ['partition', 'series', 'time'],
  alert: ['partition', 'series', 'time', 'state', 'revision'],
  event: ['partition', 'series', 'time', 'model', 'kind', 'h'],
} as const satisfies Record<Points['measurement'], readonly string[]>;

/** Point i of a block as a row of the table of its measurement, in the order of the columns; the number of an alert apart. */
export function outputRow(partition: number, block: Points, i: number): (number | string | null)[] {
  const { measurement, series, time, tags, fields } = block;
  const name = series[i]!;
  const t = time[i]!;
  const number = (field: string): number => fields[field]![i]!;
  const orNull = (field: string): number | null => (Number.isNaN(number(field)) ? null : number(field));
  switch (measurement) {
    case 'reading':
      return [partition, name, t, number('value')];
    case 'forecast':
      return [
        partition,
        name,
        tags['model']!,
        Number(tags['h']),
        t,
        number('yhat'),
        orNull('lo'),
        orNull('hi'),
        revisionAt(block, i),
      ];
    case 'anomaly':
      return [
        partition,
        name,
        t,
        number('value'),
        orNull('expected'),
        orNull('lo'),
        orNull('hi'),
        number('score'),
        revisionAt(block, i),
      ];
    case 'alert': {
      const { id: _, muted, channel = '', withdraws = '', news = 'true', ...own } = block.labels ?? {};
      return [
        partition,
        name,
        t,
        tags['state']!,
        number('since'),
        tags['severity']!,
        tags['reason']!,
        channel,
        muted === 'true' ? 1 : 0,
        JSON.stringify(own),
        ...ALERT_NUMBERS.map(orNull),
        revisionAt(block, i),
        withdraws,
        news === 'true' ? 1 : 0,
      ];
    }
    case 'event':
      return [
        partition,
        name,
        t,
        tags['model']!,
        tags['kind']!,
        Number(tags['h']),
        number('value'),
        number('expected'),
        orNull('width'),
        revisionAt(block, i),
      ];
  }
}

/** What names point i of a block in the table of its measurement, in the order of `ROW_KEYS`. */
export function outputKey(partition: number, block: Points, i: number): (number | string)[] {
  const { measurement, series, time, tags } = block;
  const revision = revisionAt(block, i);
  const own = { partition, series: series[i]!, time: time[i]!, h: Number(tags['h']), revision };
  return ROW_KEYS[measurement].map((name) => (name in own ? own[name as keyof typeof own] : tags[name]!));
}
