/**
 * The name of the series that a measurement and its tags are: `weather,city=Oslo,station=7`, tags sorted by their keys, whatever order
 * they came in. A comma or an equals sign inside a name gets a backslash, so that two different sets of tags never make one name.
 *
 * @param tags pairs of key and value; a pair with an empty value is no tag and left out, as Telegraf does it
 */
export function seriesKey(measurement: string, tags: readonly (readonly [string, string])[]): string {
  let key = escaped(measurement);
  const sorted = tags.length > 1 ? tags.toSorted(byKey) : tags;
  for (const [tag, value] of sorted) {
    if (value !== '') key += `,${escaped(tag)}=${escaped(value)}`;
  }
  return key;
}

function byKey(a: readonly [string, string], b: readonly [string, string]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

const PUNCTUATION = /[,=]/g;

function escaped(name: string): string {
  return name.includes(',') || name.includes('=') ? name.replace(PUNCTUATION, '\\$&') : name;
}
