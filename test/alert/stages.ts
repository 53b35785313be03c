import { align, AlignSettings } from '../../src/align/align.ts';
import { alert } from '../../src/alert/alert.ts';
import { AlertSettings } from '../../src/alert/settings.ts';
import type { AlertTurn } from '../../src/alert/turn.ts';
import { recur } from '../../src/cell/recur.ts';
import type { Command } from '../../src/command.ts';
import { decode } from '../../src/decode/decode.ts';
import { jsonDecoder } from '../../src/decode/json.ts';
import { JsonSettings } from '../../src/decode/settings.ts';
import { detect } from '../../src/detect/detect.ts';
import { flatline } from '../../src/detect/flatline.ts';
import { judge } from '../../src/detect/judge.ts';
import { jump } from '../../src/detect/jump.ts';
import { type Novel, novelty } from '../../src/detect/novelty.ts';
import { NoveltySettings } from '../../src/detect/novelty-settings.ts';
import { silence } from '../../src/detect/silence.ts';
import { surprise } from '../../src/detect/surprise.ts';
import { forecast, type Forecasted } from '../../src/forecast/forecast.ts';
import { ForecastSettings } from '../../src/forecast/settings.ts';
import type { Frame } from '../../src/frame.ts';
import { learn } from '../../src/learn/learn.ts';
import type { Memory } from '../../src/memory/memory.ts';
import { createModel } from '../../src/model/model.ts';
import { ModelSettings } from '../../src/model/settings.ts';
import { scale, ScaleSettings } from '../../src/scale/scale.ts';
import type { SourceRecord } from '../../src/source/source.ts';
import { type Stage, stage, topology } from '../../src/stage.ts';
import { through } from '../frames.ts';

export interface AlertOptions {
  readonly alerts?: object;
  readonly values?: readonly string[];
  /** Whether novelty is among the evidence. */
  readonly isNovel?: boolean;
  readonly align?: object;
  readonly novelty?: object;
}

/** The stages of a pipeline that alerts, with a small model. */
export function alertStages(
  memory: Memory,
  {
    alerts = {},
    values = ['v'],
    isNovel = false,
    align: alignment = {},
    novelty: seeing = {},
  }: AlertOptions = {},
) {
  const decoder = jsonDecoder(
    JsonSettings.parse({ format: 'json', series: 's', time: 't', values: [...values] }),
  );
  const T = decoder.channels.length;
  const model = {
    ...createModel(ModelSettings.parse({ hidden: 4, horizon: 2 }), T),
    channelNames: decoder.channels,
  };
  const settings = ForecastSettings.parse({});
  const seen: Stage<Frame & Partial<Pick<Forecasted, 'targets'>>, Partial<Novel>> = isNovel
    ? novelty(memory, T, NoveltySettings.parse(seeing))
    : stage(() => ({}));
  return topology(
    decode(memory, decoder),
    align(memory, AlignSettings.parse(alignment), T),
    scale(memory, T, ScaleSettings.parse({})),
    recur(memory, model, settings),
    forecast(memory, model, settings),
    detect(memory, model, settings),
    surprise(memory, T),
    jump(memory, T),
    flatline(memory, T),
    seen,
    judge(memory, T),
    silence(memory),
    alert(memory, AlertSettings.parse(alerts)),
    learn(memory, model, settings),
  );
}

/** Alerts of records that come in batches which end before these places; a command comes before the record of its place. */
export function alertsOf(
  memory: Memory,
  records: readonly SourceRecord[],
  options: AlertOptions & {
    readonly cuts?: readonly number[];
    readonly commands?: readonly { readonly before: number; readonly command: Command }[];
  } = {},
): readonly AlertTurn[] {
  const { cuts = [], commands = [] } = options;
  const places = commands.map(({ before }) => before);
  const bounds = [...new Set([0, ...cuts, ...places, records.length])].toSorted((a, b) => a - b);
  const batches = bounds.flatMap((from, i) => {
    const to = bounds[i + 1] ?? from;
    const due = commands.filter(({ before }) => before === from);
    const part = { partition: 0, records: records.slice(from, to), next: to };
    return [...due.map(({ command }) => ({ partition: 0, records: [], next: from, command })), part];
  });
  return through(alertStages(memory, options), ...batches).flatMap(({ alerts }) => alerts);
}
