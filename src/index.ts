/**
 * Foretide's public names, in the order in which data meets them.
 *
 * @module
 */

// Pipelines: stages in order, a schema of settings, what goes to the sinks
export { pipeline, type Pipeline, type PipelineParts } from './pipeline.ts';
export { stage, type Stage, topology } from './stage.ts';
export { runSettings, type RunSettings } from './config/run-settings.ts';
export { loadSettings, type SettingsSources } from './config/load.ts';
export { Duration } from './duration.ts';

// Errors: every one says what was expected, what was there, where, and what to do
export { ForetideError, type ErrorCode, type ErrorFacts } from './errors.ts';

// Data: what goes through the stages, and what comes out of them
export type { DeadLetter, DeadReason, Frame } from './frame.ts';
export type { Points } from './sink/points.ts';

// Sources: where records come from, each with its settings
export type { Batch, Source, SourceHandler, SourceRecord } from './source/source.ts';
export { FileSource } from './source/file.ts';
export { FileSettings } from './source/file-settings.ts';
export { KafkaSource } from './source/kafka.ts';
export { KafkaSettings } from './source/kafka-settings.ts';
export { SqliteSource } from './source/sqlite.ts';
export { SqliteArchiveSettings } from './source/sqlite-settings.ts';
export { InfluxSource } from './source/influxdb.ts';
export { InfluxArchiveSettings } from './source/influxdb-settings.ts';

// Stages, in the order of the way. Reading: records to readings, on a grid, to one scale
export { decode } from './decode/decode.ts';
export { type Leaving, SeriesSettings } from './decode/eviction.ts';
export type { Decoder, Refusal } from './decode/decoder.ts';
export { Readings } from './decode/readings.ts';
export { decoderFor } from './decode/decoders.ts';
export { DecodeSettings } from './decode/settings.ts';
export { align, type Aligned, AlignSettings, type Revisions } from './align/align.ts';
export { scale, type Scaled, ScaleSettings } from './scale/scale.ts';

// Forecasting: one step of the cell, the next values with their bands; what is learned from what came is learned last
export { recur, type Recurred } from './cell/recur.ts';
export { forecast, type Forecasted } from './forecast/forecast.ts';
export { type FurtherBands, furtherBands } from './forecast/further-bands.ts';
export { ForecastSettings } from './forecast/settings.ts';
export { type CoverageTurn, score, type Score, type Scored } from './forecast/score.ts';
export { learn, type Learned } from './learn/learn.ts';

// Detecting: what is odd about a reading, by whom it is said, and what is told of it
export { detect, type Detected } from './detect/detect.ts';
export { surprise, type Surprised } from './detect/surprise.ts';
export { jump, type Jumped } from './detect/jump.ts';
export { flatline, type Flat } from './detect/flatline.ts';
export { novelty, type NoveltyEvidence, type Novel, type ViewEvidence } from './detect/novelty.ts';
export { NoveltySettings } from './detect/novelty-settings.ts';
export { NOVELTY_VIEWS, type NoveltyView } from './detect/sighting.ts';
export { judge, type Evidence, type Judged, type Reason, REASONS } from './detect/judge.ts';
export { silence, type Silences, type Silent } from './detect/silence.ts';
export { alert, type Alerted } from './alert/alert.ts';
export type { AlertNumbers, AlertTurn } from './alert/turn.ts';
export { AlertSettings } from './alert/settings.ts';
export { RouteSettings } from './route/settings.ts';
export { EVENT_KINDS, type Eventful, type EventKind, eventsOf, type ForecastEvent } from './detect/events.ts';

// Plain RxJS: readings in, rows out, without a task
export { frames, type Reading } from './rx/frames.ts';
export { rows, type Row } from './rx/rows.ts';

// Cells and models: the recurrence, its weights, and the files that they are kept in
export type { Cell, CellWeights } from './cell/cell.ts';
export { type CellName, cellOf } from './cell/cells.ts';
export { createModel, type Head, type Model } from './model/model.ts';
export { loadModel, type ExpectedModel, saveModel } from './model/load.ts';
export { ModelSettings } from './model/settings.ts';

// Memory: every number that survives a restart
export { Memory, type MemoryOptions } from './memory/memory.ts';
export { Arena, type View } from './memory/arena.ts';
export type { Slot, SlotType } from './memory/slot.ts';

// Stores, which make state, position and outputs durable in one commit; sinks, which are written before it
export type { Commit, Evictions, Restored, Restoring, StateRow, Store } from './store/store.ts';
export { SqliteStore } from './store/sqlite.ts';
export type { Sink } from './sink/sink.ts';
export { InfluxSink } from './sink/influxdb.ts';
export { alertPoints } from './sink/alert-points.ts';
export {
  anomalyPoints,
  eventPoints,
  forecastPoints,
  oddPoints,
  readingPoints,
  withdrawnPoints,
} from './sink/frame-points.ts';

// Running: a pipeline as a process does it, or a task by hand
export { Task, type Committed, type TaskParts } from './run/task.ts';
export { run, type RunOptions } from './run/run.ts';
