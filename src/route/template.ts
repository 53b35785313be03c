/** What JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

const PLACE = /\{([\w.]+)\}/g;

/**
 * Fills a template: in its texts `{path}` stands for what a document has there. A text that is nothing but one place becomes the value itself,
 * a number or null too; elsewhere what is not there or null is left out. Keys are taken as they are.
 *
 * @example
 * fill({ text: '{series} is odd', n: '{value}' }, { series: 'a', value: 3 }); // { text: 'a is odd', n: 3 }
 */
export function fill(template: Json, document: object): Json {
  if (typeof template === 'string') return fillText(template, document);
  if (Array.isArray(template)) return template.map((each: Json) => fill(each, document));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, fill(value, document)]));
}

function fillText(text: string, document: object): Json {
  const whole = /^\{([\w.]+)\}$/.exec(text);
  if (whole) return valueAt(document, whole[1]!);
  return text.replaceAll(PLACE, (_, path: string) => {
    const value = valueAt(document, path);
    if (value === null) return '';
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  });
}

/** What stands at `a.b`; null where nothing does. A key that holds a dot itself is found, too. */
function valueAt(document: object, path: string): Json {
  if (Object.hasOwn(document, path)) return (Reflect.get(document, path) as Json | undefined) ?? null;
  const [first = '', ...rest] = path.split('.');
  const below: unknown = Object.hasOwn(document, first) ? Reflect.get(document, first) : undefined;
  return rest.length > 0 && typeof below === 'object' && below !== null
    ? valueAt(below, rest.join('.'))
    : null;
}
