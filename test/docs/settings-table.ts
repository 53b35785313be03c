import { z } from 'zod';

interface Schema {
  readonly type?: string | string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
}

/** One row of the settings table. */
interface Row {
  readonly path: string;
  readonly byDefault: string;
  readonly about: string;
}

/**
 * All settings of a schema as a Markdown table: path, default, what it is. Variants stand as `input.kind: kafka`, entries of a list as `routes[]`.
 *
 * @param except another schema, whose sections are left out
 */
export function settingsTable(schema: z.ZodType, except?: z.ZodType): string {
  const known = except ? (jsonOf(except).properties ?? {}) : {};
  const { properties = {}, ...json } = jsonOf(schema);
  const own = Object.fromEntries(Object.entries(properties).filter(([name]) => !Object.hasOwn(known, name)));
  const rows = [...rowsOf({ ...json, properties: own }, '', '')];
  const seen = new Set<string>();
  const once = rows.filter((row) => {
    const key = JSON.stringify(row);
    return seen.size < seen.add(key).size; // what several kinds of input share stands once
  });
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(['setting', 'default', 'what it is']),
    line(['---', '---', '---']),
    ...once.map(({ path, byDefault, about }) =>
      line([`\`${path}\``, byDefault, about.replaceAll('|', '\\|')]),
    ),
  ].join('\n');
}

function jsonOf(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Schema;
}

function* rowsOf(schema: Schema, path: string, inherited: string): Generator<Row> {
  const variants = schema.oneOf ?? schema.anyOf?.filter(({ properties }) => properties);
  if (variants && variants.length > 0 && variants.every(({ properties }) => properties)) {
    const discriminator = Object.keys(variants[0]!.properties!).find((key) =>
      variants.every(({ properties }) => properties![key]?.const !== undefined),
    );
    if (discriminator === undefined) {
      yield { path, byDefault: shown(schema.default), about: schema.description ?? inherited };
      return;
    }
    const preset = (schema.default as Record<string, unknown> | undefined)?.[discriminator];
    for (const variant of variants) {
      const tag = variant.properties![discriminator]!;
      const name = String(tag.const);
      yield {
        path: `${path}.${discriminator}: ${name}`,
        byDefault: preset === name ? 'default' : '',
        about: tag.description ?? '',
      };
      const { [discriminator]: _, ...rest } = variant.properties!;
      for (const [key, below] of Object.entries(rest)) yield* rowsOf(below, `${path}.${key}`, '');
    }
    return;
  }
  if (schema.properties) {
    for (const [key, below] of Object.entries(schema.properties)) {
      yield* rowsOf(below, path === '' ? key : `${path}.${key}`, schema.description ?? '');
    }
    return;
  }
  yield { path, byDefault: shown(schema.default), about: schema.description ?? inherited };
  const { items } = schema;
  if (items?.properties ?? items?.oneOf) yield* rowsOf(items, `${path}[]`, '');
}

function shown(value: unknown): string {
  return value === undefined ? '' : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
