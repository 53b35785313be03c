import { ForetideError } from '../errors.ts';
import { type Layout, readLayout, type RowLayout, type SlotPlace } from '../memory/layout.ts';
import {
  ALWAYS,
  DIGEST_GROUP,
  GROUPS,
  groupOf,
  MODEL_RENEWS,
  ruleOf,
  type SlotGroup,
} from './carry-rules.ts';
import type { StateMeaning } from './meaning.ts';
import { differences } from './differences.ts';
import type { Restoring } from './store.ts';

/** What becomes of a group of slots. */
export interface GroupFate {
  readonly name: string;
  /** What these numbers are. */
  readonly about: string;
  /** `anew`: they are zeros, as of a series that nothing has come of; `dropped`: the slots are gone; `added`: there were none before. */
  readonly fate: 'carried' | 'anew' | 'dropped' | 'added';
  /** Why it is not carried; empty where it is. */
  readonly why: string;
}

/** How state is carried over to another fingerprint. */
export interface Migration {
  /** What is another now than where the state was written: paths of settings, `model`, `arithmetic`, `rules`. */
  readonly changes: readonly string[];
  readonly groups: readonly GroupFate[];
  /** Gives an empty Memory of now what a Memory of before held. */
  into(memory: Restoring): Restoring;
}

/** A run of bytes that goes over. */
interface Copy {
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

/**
 * How state of one meaning goes on under another.
 *
 * 1. Position, watermark, counts, and what keeps series in order and forecasts from going out twice always go over (`ALWAYS`).
 * 2. All other slots go over or begin anew in groups (`GROUPS`): a group goes over where each of its slots of before is there with its name, type
 *    and width, no setting that gives it its meaning is another (`ruleOf`), and all groups that it needs go over. A group to which slots have come
 *    goes over where its stage can begin these beside the others. Images of rows never go over (`isImage`): late readings are dead letters until
 *    their series have passed a boundary of the grace.
 *
 * @param where for messages
 * @throws ForetideError STATE_MISMATCH where nothing can go over: another pipeline, other ways of reading records, another grid, settings that
 *   nothing is known of; STATE_CORRUPT
 */
export function migrationOf(from: StateMeaning, to: StateMeaning, where: string): Migration {
  if (from.pipeline !== to.pipeline) throw refused('pipeline', from.pipeline, to.pipeline, where);
  const [before, now] = [readLayout(from.layout), readLayout(to.layout)];
  const renewed = new Map<string, string>();
  const changes: string[] = [];
  const renew = (path: string, groups: readonly string[]): void => {
    changes.push(path);
    for (const name of [...groups, DIGEST_GROUP])
      if (!renewed.has(name)) renewed.set(name, `${path} is another`);
  };
  for (const { path, before: was, now: is } of differences(from.settings, to.settings)) {
    const { renews, refusedWith } = ruleOf(path);
    const isRefused = refusedWith !== undefined && [before, now].some((one) => hasSlot(one, refusedWith));
    if (renews === 'refuse' || isRefused) throw refused(path, was, is, where);
    renew(path, renews);
  }
  if (from.model !== to.model) renew('model', MODEL_RENEWS);
  if (from.arithmetic !== to.arithmetic) renew('arithmetic', []);
  if (before.rules.join('\n') !== now.rules.join('\n')) renew('rules', []);
  mustKeep(before, now, where);
  const groups = fates(before, now, renewed);
  const carried = new Set(groups.filter(({ fate }) => fate === 'carried').map(({ name }) => name));
  const isCarried = (slot: string): boolean =>
    carried.has(groupOf(slot)?.name ?? '') || ALWAYS.includes(slot);
  const series = copies(before.series, now.series, isCarried);
  const partition = copies(before.partition, now.partition, isCarried);
  return {
    changes,
    groups,
    into: (memory) => ({
      row: (birth, name, bytes) =>
        memory.row(birth, name, moved(bytes, before.series, now.series, series, where)),
      partition: (bytes) => memory.partition(moved(bytes, before.partition, now.partition, partition, where)),
      archived: (name, bytes) =>
        memory.archived(name, moved(bytes, before.series, now.series, series, where)),
      forget: (kind, name) => memory.forget(kind, name),
      clear: () => memory.clear(),
    }),
  };
}

/** The slots that always go over have the shapes that they had. */
function mustKeep(before: Layout, now: Layout, where: string): void {
  for (const name of ALWAYS) {
    for (const kind of ['series', 'partition'] as const) {
      const [was, is] = [before[kind], now[kind]].map(({ slots }) =>
        slots.find((slot) => slot.name === name),
      );
      if (was && is && !isSame(was, is)) throw refused(`slot ${name}`, shapeOf(was), shapeOf(is), where);
    }
  }
}

/** What becomes of each group, in the order of their needs. */
function fates(before: Layout, now: Layout, renewed: ReadonlyMap<string, string>): GroupFate[] {
  const [was, is] = [slotsByGroup(before), slotsByGroup(now)];
  const own = [...new Set([...was.keys(), ...is.keys()])].filter((name) =>
    GROUPS.every((known) => known.name !== name),
  );
  const all: GroupFate[] = [];
  for (const group of [...GROUPS, ...own.map((name) => groupOf(name)!)]) {
    const { name, about } = group;
    const [old, young] = [was.get(name), is.get(name)];
    if (!old && !young) continue;
    if (!old) all.push({ name, about, fate: 'added', why: 'there was none' });
    else if (!young) all.push({ name, about, fate: 'dropped', why: 'nothing asks for it any more' });
    else {
      const why = group.isImage
        ? 'it repeats the others as they were'
        : (renewed.get(name) ?? unmet(group, all) ?? reshaped(group, old, young));
      all.push({ name, about, fate: why === undefined ? 'carried' : 'anew', why: why ?? '' });
    }
  }
  return all;
}

function unmet({ needs }: SlotGroup, all: readonly GroupFate[]): string | undefined {
  const need = all.find(({ name, fate }) => fate !== 'carried' && needs.includes(name));
  return need && `it needs ${need.name}`;
}

function reshaped(
  { mayGrow }: SlotGroup,
  old: ReadonlyMap<string, SlotPlace>,
  young: ReadonlyMap<string, SlotPlace>,
): string | undefined {
  for (const [key, slot] of old) {
    const now = young.get(key);
    if (!now) return `the slot ${slot.name} is gone`;
    if (!isSame(slot, now)) return `the slot ${slot.name} was ${shapeOf(slot)} and is ${shapeOf(now)}`;
  }
  const added = [...young].find(([key]) => !old.has(key));
  return added && mayGrow !== true ? `the slot ${added[1].name} has come to it` : undefined;
}

/** Slots of each group, by kind of row and name. */
function slotsByGroup(layout: Layout): Map<string, Map<string, SlotPlace>> {
  const groups = new Map<string, Map<string, SlotPlace>>();
  for (const kind of ['series', 'partition'] as const) {
    for (const slot of layout[kind].slots) {
      const group = groupOf(slot.name)?.name;
      if (group === undefined) continue;
      const slots = groups.get(group) ?? new Map<string, SlotPlace>();
      groups.set(group, slots.set(`${kind}/${slot.name}`, slot));
    }
  }
  return groups;
}

function copies(before: RowLayout, now: RowLayout, isCarried: (slot: string) => boolean): readonly Copy[] {
  const places = new Map(before.slots.map((slot) => [slot.name, slot.offset]));
  return now.slots
    .filter(({ name }) => places.has(name) && isCarried(name))
    .map(({ name, offset, bytes }) => ({ from: places.get(name)!, to: offset, bytes }));
}

function moved(
  bytes: Uint8Array,
  before: RowLayout,
  now: RowLayout,
  all: readonly Copy[],
  where: string,
): Uint8Array {
  if (bytes.length !== before.stride) {
    throw new ForetideError('STATE_CORRUPT', {
      what: 'The stored state does not fit the layout beside it',
      expected: `${before.stride} bytes`,
      got: String(bytes.length),
      where,
      todo: 'Start with --fresh to begin anew.',
    });
  }
  const row = new Uint8Array(now.stride);
  for (const { from, to, bytes: length } of all) row.set(bytes.subarray(from, from + length), to);
  return row;
}

function hasSlot({ series }: Layout, name: string): boolean {
  return series.slots.some((slot) => slot.name === name);
}

function isSame(a: SlotPlace, b: SlotPlace): boolean {
  return a.type === b.type && a.width === b.width;
}

function shapeOf({ type, width }: SlotPlace): string {
  return `${type}[${width}]`;
}

function refused(path: string, was: unknown, is: unknown, where: string): ForetideError {
  const told = (value: unknown): string =>
    value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value).slice(0, 200);
  return new ForetideError('STATE_MISMATCH', {
    what: `The stored state cannot be migrated: ${path} is another`,
    expected: told(was),
    got: told(is),
    where,
    todo: 'Start with the value that wrote it, with --fresh to begin anew, or keep the state elsewhere (store.path, store.topic).',
  });
}
