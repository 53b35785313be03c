import { succession } from '../candidate/succession.ts';
import { heldState, type HeldState, holding, putHeld } from '../candidate/held-state.ts';
import { leftBy } from '../candidate/left-out.ts';
import type { LoggedCommand, Promote } from '../command.ts';
import type { RunSettings } from '../config/run-settings.ts';
import type { Decoder } from '../decode/decoder.ts';
import { ForetideError } from '../errors.ts';
import type { Model } from '../model/model.ts';
import type { Pipeline } from '../pipeline.ts';
import { Task, type TaskParts } from '../run/task.ts';
import type { Batch, SourceRecord } from '../source/source.ts';
import { migrationOf } from '../store/migrate.ts';
import { leavingOut } from './leaving-out.ts';
import { MutedStore, type RerunRange } from './rerun-range.ts';

/** Settings and model that a partition went by for a while. */
export interface CourseVariant {
  readonly settings: RunSettings;
  readonly model: Model;
}

/** What a course is made from. */
export interface CourseParts {
  readonly partition: number;
  readonly range: RerunRange;
  /** Of the tasks; settings and model are those of its beginning. */
  readonly task: Omit<TaskParts, 'store'>;
  /** In place of the pipeline, of the task whose outputs count. */
  readonly observed: Pipeline;
  /** What a promotion has put in place. */
  readonly variant: (over: Promote['over']) => Promise<CourseVariant>;
}

type Promotion = LoggedCommand & { readonly command: Promote };

/** Where a second task begins, or takes the place of the first. */
interface Mark {
  readonly kind: 'fork' | 'swap';
  readonly promotion: Promotion;
  /** Source offset. */
  readonly offset: number;
  /** Commands up to this number have taken effect. */
  readonly commands: number;
}

/**
 * A partition's history run again, with the promotions in it: where a candidate began a second task begins here, with the state that it had there; where it took
 * over, it does so here. Between them there is one task, as in any history.
 *
 * All tasks end at each mark, and begin again with the state that they had: so each takes in those commands only that come before the next.
 */
export class Course {
  readonly #parts: CourseParts;
  readonly #marks: Mark[];
  readonly #shadows = new Map<Promotion, { readonly task: Task; readonly variant: CourseVariant }>();
  #live: { readonly task: Task; readonly variant: CourseVariant } | undefined;
  /** Commands up to this number have taken effect. */
  #commands = -Infinity;

  private constructor(parts: CourseParts) {
    this.#parts = parts;
    this.#marks = marksOf(parts.range);
  }

  static async open(parts: CourseParts): Promise<Course> {
    const course = new Course(parts);
    const { settings, model } = parts.task;
    const { restore, from } = parts.range;
    let held: HeldState | undefined;
    if (restore) {
      const taken = holding(from ?? 0);
      restore(taken.into);
      held = taken.held;
    }
    course.#live = await course.#begun({ settings, model }, held, true);
    await course.#again();
    await course.#pass(from ?? 0);
    return course;
  }

  /** The task whose outputs count. */
  get task(): Task {
    return this.#live!.task;
  }

  /** Takes in what comes next. @throws ForetideError STATE_MISMATCH where a promotion was to other settings than its command says; whatever stages throw */
  async push({ partition, records, next }: Batch): Promise<void> {
    let rest: readonly SourceRecord[] = records;
    for (let mark = this.#marks[0]; mark && mark.offset <= next; mark = this.#marks[0]) {
      const { offset } = mark;
      const later = rest.findIndex((record) => record.offset >= offset);
      const to = later < 0 ? rest.length : later;
      this.#each({ partition, records: rest.slice(0, to), next: offset });
      rest = rest.slice(to);
      await this.#pass(offset);
    }
    this.#each({ partition, records: rest, next });
  }

  close(): void {
    this.#live?.task.close();
    for (const { task } of this.#shadows.values()) task.close();
  }

  #each(batch: Batch): void {
    this.task.push(batch);
    for (const { task } of this.#shadows.values()) task.push(batch);
  }

  /** Does what is to be done at an offset that all tasks stand at. */
  async #pass(offset: number): Promise<void> {
    for (let mark = this.#marks[0]; mark && mark.offset <= offset; mark = this.#marks[0]) {
      this.#marks.shift();
      this.#commands = mark.commands;
      await (mark.kind === 'fork' ? this.#fork(mark.promotion) : this.#swap(mark.promotion));
      await this.#again();
    }
  }

  async #fork(promotion: Promotion): Promise<void> {
    const { over, begin, fingerprint } = promotion.command;
    const variant = await this.#parts.variant(over);
    const held = begin.with === 'nothing' ? undefined : heldState(this.task);
    const second = await this.#begun(variant, undefined, false, promotion);
    const { meaning } = second.task;
    mustBe(second.task.fingerprint, fingerprint, this.#where(promotion));
    if (held === undefined) return void this.#shadows.set(promotion, second);
    second.task.close();
    const taken = holding(held.next);
    putHeld(held, migrationOf(this.task.meaning, meaning, this.#where(promotion)).into(taken.into));
    this.#shadows.set(promotion, await this.#begun(variant, taken.held, false, promotion));
  }

  async #swap(promotion: Promotion): Promise<void> {
    const second = this.#shadows.get(promotion);
    if (!second) throw new Error(`The promotion ${promotion.number} takes over before it has begun`);
    mustBe(this.task.fingerprint, promotion.command.replaces, this.#where(promotion));
    const held = succession(this.task, second.task);
    this.task.close();
    second.task.close();
    this.#shadows.delete(promotion);
    this.#live = await this.#begun(second.variant, held, true);
  }

  /** All tasks go on, with the commands up to the next mark. */
  async #again(): Promise<void> {
    const live = this.#live!;
    const states = [...this.#shadows].map(
      ([promotion, { task, variant }]) => [promotion, variant, heldState(task)] as const,
    );
    const held = heldState(live.task);
    this.close();
    const next = this.#marks[0]?.commands ?? Infinity;
    const due = this.#parts.range.commands.filter(({ number }) => number > this.#commands && number <= next);
    this.#live = await this.#begun(live.variant, held, true, undefined, due);
    for (const [promotion, variant, state] of states)
      this.#shadows.set(promotion, await this.#begun(variant, state, false, promotion, due));
  }

  /**
   * @param of what a second task takes over with
   * @param commands that it takes in
   */
  async #begun(
    variant: CourseVariant,
    held: HeldState | undefined,
    isObserved: boolean,
    of?: Promotion,
    commands: readonly LoggedCommand[] = [],
  ): Promise<{ readonly task: Task; readonly variant: CourseVariant }> {
    const { partition, range, task, observed } = this.#parts;
    const { settings, model } = variant;
    const own: Decoder = of ? leavingOut(task.decoder, leftBy(range.commands, of.number)) : task.decoder;
    const begun: RerunRange = {
      from: held?.next ?? range.from,
      to: range.to,
      fingerprint: '',
      commands: of ? commands.filter(({ command }) => command.kind !== 'rewind') : commands,
      restore: held && ((into) => putHeld(held, into)),
    };
    const parts: TaskParts = {
      ...task,
      pipeline: isObserved ? observed : task.pipeline,
      decoder: own,
      settings,
      model,
      store: new MutedStore(new Map([[partition, begun]])),
    };
    return { task: await Task.open(partition, parts), variant };
  }

  #where({ before }: LoggedCommand): string {
    return `partition ${this.#parts.partition}, promotion at ${before}`;
  }
}

/** Whether a range has promotions in it. */
export function hasPromotions({ commands, passesPromotions }: RerunRange): boolean {
  return passesPromotions !== true && commands.some(({ command }) => command.kind === 'promote');
}

/** In the order in which they are passed. */
function marksOf({ commands, from }: RerunRange): Mark[] {
  return commands
    .filter((one): one is Promotion => one.command.kind === 'promote')
    .flatMap((promotion): Mark[] => {
      const { begin } = promotion.command;
      return [
        { kind: 'fork', promotion, offset: begin.offset ?? from ?? 0, commands: begin.commands },
        { kind: 'swap', promotion, offset: promotion.before, commands: promotion.number - 1 },
      ];
    })
    .toSorted((a, b) => a.offset - b.offset || a.commands - b.commands || (a.kind === 'fork' ? -1 : 1));
}

function mustBe(fingerprint: string, expected: string, where: string): void {
  if (fingerprint === expected) return;
  throw new ForetideError('STATE_MISMATCH', {
    what: 'The run went by other settings, another model or another version there',
    expected: `fingerprint ${expected.slice(0, 12)}`,
    got: fingerprint.slice(0, 12),
    where,
    todo: 'Give the settings that the run was given then, and leave the models where they were.',
  });
}
