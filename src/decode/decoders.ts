import { csvDecoder } from './csv.ts';
import { ForetideError } from '../errors.ts';
import { type Log, silentLog } from '../log.ts';
import type { Decoder } from './decoder.ts';
import { jsonDecoder } from './json.ts';
import { lastStep } from './last-step.ts';
import { lineProtocolDecoder } from './line-protocol.ts';
import { registeredDecoder } from './registered-decoder.ts';
import type { SchemaType } from './registered-schema.ts';
import { Registry } from './registry.ts';
import { Schemas, type SchemasParts } from './schemas.ts';
import type { AvroSettings, DecodeSettings, JsonSchemaSettings, ProtobufSettings } from './settings.ts';
import { telegrafDecoder } from './telegraf.ts';

/**
 * The decoder that the settings describe, compiled once. One that needs a schema registry does not ask it before `prepare`, and loads what
 * understands schemas with the first of them: other runs go without.
 *
 * @param log is told of schemas that are read, and of a registry that is away
 * @throws ForetideError SETTINGS_INVALID where a CSV lacks a column that the settings name; for Parquet, whose rows only a file has: it is
 *   decoded as the table that `parquetTable` finds.
 */
export function decoderFor(settings: DecodeSettings, log: Pick<Log, 'info' | 'warn'> = silentLog): Decoder {
  switch (settings.format) {
    case 'json':
      return jsonDecoder(settings);
    case 'line-protocol':
      return lineProtocolDecoder(settings);
    case 'telegraf':
      return telegrafDecoder(settings);
    case 'csv':
      return csvDecoder(settings);
    case 'avro':
      return registered(
        settings,
        'AVRO',
        async (schema) => (await import('./avro.ts')).avroReader(schema),
        log,
      );
    case 'protobuf':
      return registered(
        settings,
        'PROTOBUF',
        async (schema) => (await import('./protobuf.ts')).protobufReader(schema),
        log,
      );
    case 'json-schema': {
      const exact = settings.timeUnit === 'ns' ? lastStep(settings.time) : undefined;
      return registered(
        settings,
        'JSON',
        async (schema) => (await import('./json-schema.ts')).jsonSchemaReader(schema, exact),
        log,
      );
    }
    case 'parquet':
      throw new ForetideError('SETTINGS_INVALID', {
        what: 'Records of this source are no rows of Parquet',
        expected: 'input.kind: file',
        where: 'input.decode.format',
      });
  }
}

function registered(
  settings: AvroSettings | ProtobufSettings | JsonSchemaSettings,
  type: SchemaType,
  compile: SchemasParts['compile'],
  log: Pick<Log, 'info' | 'warn'>,
): Decoder {
  const registry = new Registry(settings.registry, log);
  return registeredDecoder(
    settings,
    new Schemas({ registry, type, compile, pins: settings.registry.pins, log }),
  );
}
