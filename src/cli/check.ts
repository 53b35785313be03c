import { Memory } from '../memory/memory.ts';
import { CommandTopic } from '../run/command-topic.ts';
import { joinOf } from '../run/join-of.ts';
import { pageToken } from '../run/page-token.ts';
import { mustNotReadOwnStore, prepare } from '../run/prepare.ts';
import { kafkaStoreAt, storePlace } from '../run/stores.ts';
import { checkSqlite } from '../store/sqlite-check.ts';
import { checkRoute } from '../route/routes.ts';
import { routesOf } from '../route/settings.ts';
import { evictionLines } from './eviction-lines.ts';
import { graceLines } from './grace-lines.ts';
import { joinLines } from './join-lines.ts';
import { createLog } from './log.ts';
import { findPipeline } from './pipelines.ts';
import { type SettingsFlags, settingsFrom } from './settings-options.ts';
import { toldError } from './told-error.ts';
import { visible } from '../visible.ts';

/** `foretide check`: validates the settings, builds the stages, and reaches every service; runs nothing. */
export async function checkCommand(name: string, flags: SettingsFlags): Promise<void> {
  const pipeline = await findPipeline(name);
  const settings = settingsFrom(pipeline, flags);
  const ok = (line: string): boolean => process.stdout.write(visible(`✔ ${line}\n`));
  const place = storePlace(pipeline.name, settings);
  mustNotReadOwnStore(settings, place);
  ok(`${pipeline.name}: settings fit`);
  const log = createLog('error', false);
  const { decoder, model, source, changelog, sink, deadLetters } = await prepare(settings, log, place);
  const memory = new Memory({ maxStateBytes: settings.maxStateBytes });
  pipeline.topology(settings, { memory, decoder, model });
  ok(`model ${model.name}: fingerprint ${model.fingerprint.slice(0, 12)}`);
  ok(
    `state: ${memory.bytesPerSeries} bytes a series, ${memory.bytesPerPartition} a partition; maxStateBytes allows ${memory.mostSeries.toLocaleString('en-US')} series a partition`,
  );
  for (const line of evictionLines(settings, memory)) ok(line);
  for (const line of graceLines(pipeline, settings, { memory, model, channels: decoder.channels })) ok(line);
  for (const line of joinLines(joinOf(settings), settings.input)) ok(line);
  const checks = [
    async () => ((await pageToken(settings)) ? ['page: asks for its token'] : []),
    () => source.check(),
    async () => (await decoder.check?.()) ?? [],
    async () => (await sink?.check()) ?? [],
    async () => (await deadLetters?.check()) ?? [],
    async () =>
      place.kind === 'sqlite'
        ? [await checkSqlite(place.path)]
        : kafkaStoreAt(place, { pipeline: pipeline.name, settings: settings.store, changelog, log }).check(),
    async () => (await CommandTopic.of(settings, log)?.check()) ?? [],
    ...routesOf(settings).map((route) => () => checkRoute(route)),
  ];
  // all of them, so that one run tells everything that is to be mended
  for (const check of checks) {
    try {
      for (const line of await check()) ok(line);
    } catch (error) {
      process.stderr.write(toldError(error));
      process.exitCode = 1;
    }
  }
  await sink?.close();
  await deadLetters?.close();
}
