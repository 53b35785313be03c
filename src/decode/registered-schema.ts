import type { Refusal } from './decoder.ts';

/** Formats of schemas, as the registry calls them. */
export type SchemaType = 'AVRO' | 'PROTOBUF' | 'JSON';

/** A schema that another one refers to. */
export interface SchemaReference {
  /** By which the other refers to it: a full name (Avro), a path (Protobuf), an address (JSON Schema). */
  readonly name: string;
  readonly text: string;
}

/** A schema as the registry has it; whatever has its id is written by it, for ever. */
export interface RegisteredSchema {
  readonly id: number;
  readonly type: string;
  readonly text: string;
  /** All that it refers to, directly or not; what one refers to stands before it. */
  readonly references: readonly SchemaReference[];
  /** Of its text, then, of each reference, a line break, the name, a line break and the text; hexadecimal. */
  readonly sha256: string;
}

/** Turns what stands behind the schema's id in a record into a value, or says why it cannot. Never throws, whatever the bytes. */
export type PayloadReader = (payload: Uint8Array) => { readonly value: unknown } | Refusal;

/**
 * A schema by which no record can be read. It is the schema's own fault, and so stays: each record that names it is a dead letter.
 */
export class SchemaUnusable extends Error {
  constructor(detail: string) {
    super(detail);
    this.name = 'SchemaUnusable';
  }
}
