import protobuf from 'protobufjs';
import descriptor from 'protobufjs/google/protobuf/descriptor.json' with { type: 'json' };
import { type RegisteredSchema, SchemaUnusable } from './registered-schema.ts';
import { shown } from './shown.ts';

/** The messages of a file or of a message, in their order, each with those inside. */
export interface Message {
  readonly type: protobuf.Type;
  readonly inside: readonly Message[];
}

const DESCRIPTOR = 'google/protobuf/descriptor.proto';

/**
 * The messages of a Protobuf schema, in the order in which it declares them. What it imports are its references, and of Google's own files
 * those that protobufjs has; an import of anything else is passed over, unless something of it is used as a type.
 *
 * protobufjs makes functions of names: its parser takes only names of letters, digits and `_`, and a test of ours sees to that.
 *
 * @throws SchemaUnusable
 */
export function protobufMessages({ text, references }: RegisteredSchema): readonly Message[] {
  try {
    const root = new protobuf.Root();
    const { package: name, imports = [] } = parsed(text, root);
    const messages = messagesIn(name === undefined ? root : root.lookup(name));
    const known = new Map(references.map((reference) => [reference.name, reference.text]));
    const wanted = [...imports];
    const taken = new Set<string>();
    for (let path = wanted.pop(); path !== undefined; path = wanted.pop()) {
      if (taken.has(path)) continue;
      taken.add(path);
      const reference = known.get(path);
      const common = path === DESCRIPTOR ? descriptor : protobuf.common.get(path);
      if (reference !== undefined) wanted.push(...(parsed(reference, root).imports ?? []));
      else if (common?.nested) root.addJSON(common.nested);
    }
    root.resolveAll();
    if (messages.length > 0) return messages;
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error);
    throw new SchemaUnusable(`expected a schema of Protobuf, got ${shown(got)}`);
  }
  throw new SchemaUnusable('expected a message in the schema, got none');
}

function parsed(text: string, root: protobuf.Root): protobuf.IParserResult {
  if (/(?<!\w)__proto__(?!\w)/.test(text))
    throw new SchemaUnusable('expected names that objects may have, got __proto__');
  return protobuf.parse(text, root, { keepCase: true });
}

function messagesIn(space: protobuf.ReflectionObject | null): readonly Message[] {
  if (!(space instanceof protobuf.Namespace)) return [];
  return space.nestedArray
    .filter((each) => each instanceof protobuf.Type)
    .map((type) => ({ type, inside: messagesIn(type) }));
}
