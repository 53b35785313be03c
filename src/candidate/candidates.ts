import type { Promote } from '../command.ts';
import type { Tree } from '../config/load.ts';
import { overlaidBy } from '../config/overlaid.ts';
import type { RunSettings } from '../config/run-settings.ts';
import { ForetideError } from '../errors.ts';
import { NoStore } from '../evaluate/no-store.ts';
import type { Log } from '../log.ts';
import type { Model } from '../model/model.ts';
import { modelFor } from '../model/model-for.ts';
import { pastRanges } from '../past/past-ranges.ts';
import { needsOf } from '../run/reload.ts';
import { Task, type TaskParts } from '../run/task.ts';
import type { Tasks } from '../run/tasks.ts';
import { differences } from '../store/differences.ts';
import { KeptStates } from '../store/kept-states.ts';
import { migrationOf } from '../store/migrate.ts';
import type { StateMeaning } from '../store/meaning.ts';
import type { RerunRange } from '../verify/rerun.ts';
import { burnIn, lastNumber } from './burn-in.ts';
import type { FrameTaps } from './frame-taps.ts';
import { heldState, type HeldState, putHeld } from './held-state.ts';
import { HeldStore, SucceedingStore } from './held-stores.ts';
import { type PairedScore, pairedScores } from './paired-scores.ts';
import { type Ruling, ruling } from './rule.ts';
import { leftBy } from './left-out.ts';
import { Shadow } from './shadow.ts';
import { succession } from './succession.ts';

/** What candidates are made from. */
export interface CandidatesParts {
  /** What the settings of the run were made from, before they were checked. */
  readonly tree: () => Tree;
  readonly settings: () => RunSettings;
  /** Of the run; its store is where promotions go. */
  readonly task: TaskParts;
  readonly tasks: Tasks;
  readonly taps: FrameTaps;
  /** Where states are put aside: the file of the snapshots. */
  readonly path: () => string;
  readonly log: Log;
}

/** How a partition does. */
export interface CandidatePartition {
  readonly partition: number;
  /**
   * `waiting`: nothing has come of it yet; `burning in`: it takes history in; `running`: it takes in what comes, and is scored; `promoted`; `failed`: it is
   * gone, and the run goes on as before.
   */
  readonly state: 'waiting' | 'burning in' | 'running' | 'promoted' | 'failed';
  /** Why it failed; empty otherwise. */
  readonly message: string;
  /** Source offset that its history began at; null: where the input began, or it has not begun. */
  readonly from: number | null;
}

/** How a candidate does beside what runs. */
export interface CandidateStatus {
  /** What lies over the settings of the run. */
  readonly over: Tree;
  readonly model: { readonly name: string; readonly fingerprint: string };
  /** Of the state that it would put in place. */
  readonly fingerprint: string;
  /** Paths of settings that are others; `model`. */
  readonly changes: readonly string[];
  readonly partitions: readonly CandidatePartition[];
  /** Old against new, by horizon. */
  readonly scores: readonly PairedScore[];
  readonly rule: Ruling & RunSettings['candidate']['promote'];
}

/** Settings and model, as of a candidate or of a promotion. */
interface Variant {
  readonly over: Tree | null;
  readonly settings: RunSettings;
  readonly model: Model;
  readonly meaning: StateMeaning;
  readonly fingerprint: string;
}

interface Candidate extends Variant {
  readonly over: Tree;
  readonly changes: readonly string[];
  readonly partitions: Map<number, Follow>;
}

/** How a candidate is with one partition. */
interface Follow {
  state: CandidatePartition['state'];
  message: string;
  begin: Promote['begin'] | undefined;
  shadow: Shadow | undefined;
}

/**
 * Another model, or other settings, beside those of a run: each partition has a second task that takes its history in, then runs along in the shadow, is scored
 * on the same targets, and takes over where that is wanted.
 *
 * 1. What runs is not touched: a candidate that fails is let go.
 * 2. Its state is never that of other weights: what cannot be carried over begins as zeros, and is learned from history (`candidate.burnIn`) before a forecast
 *    of it is looked at.
 * 3. A promotion is a command of each partition. Its commit writes the whole state under the new fingerprint; that of before is put aside first.
 * 4. A rollback is a promotion of the state that was put aside, once it has taken in what has come since.
 */
export class Candidates {
  readonly #parts: CandidatesParts;
  #candidate: Candidate | undefined;
  #isDeciding = false;

  constructor(parts: CandidatesParts) {
    this.#parts = parts;
    const { tasks, log } = parts;
    tasks.onOpen((partition) => this.#begin(partition));
    tasks.onUnfollowed((partition, error) => {
      const follow = this.#candidate?.partitions.get(partition);
      if (follow?.state !== 'running') return;
      follow.state = error === undefined ? 'waiting' : 'failed';
      follow.shadow = undefined;
      if (error === undefined) return;
      follow.message = messageOf(error);
      log.warn({ partition, error: follow.message }, 'the candidate has failed; the run goes on as it was');
    });
    tasks.onCommit(({ partition }) => {
      if (this.#candidate?.partitions.get(partition)?.state === 'waiting') this.#begin(partition);
      else this.#decide();
    });
  }

  /** How the candidate does; undefined where there is none. */
  status(): CandidateStatus | undefined {
    const candidate = this.#candidate;
    if (!candidate) return undefined;
    const { over, model, fingerprint, changes, partitions } = candidate;
    const all = [...partitions.values()];
    const scores = pairedScores(all.flatMap(({ shadow }) => shadow?.scores.series ?? []));
    const { promote } = this.#parts.settings().candidate;
    return {
      over,
      model: { name: model.name, fingerprint: model.fingerprint },
      fingerprint,
      changes,
      partitions: Array.from(partitions, ([partition, { state, message, begin }]) => ({
        partition,
        state,
        message,
        from: begin?.offset ?? null,
      })),
      scores,
      rule: { ...promote, ...ruling(scores, promote) },
    };
  }

  /**
   * Begins a candidate, in place of one that there is.
   *
   * @param over what lies over the run's settings; a section `model` takes the place of the whole section
   * @throws ForetideError SETTINGS_INVALID, FILE_UNREADABLE, MODEL_INVALID; COMMAND_REFUSED where nothing is another, or a setting cannot be tried so;
   *   STATE_MISMATCH where nothing of the state can be carried over
   */
  async begin(over: Tree): Promise<CandidateStatus> {
    const { tasks, settings } = this.#parts;
    const variant = await this.variant(over);
    const changes = differences(settings(), variant.settings).map(({ path }) => path);
    const others = changes.filter((path) => needsOf(path) !== 'candidate');
    if (others.length > 0) throw notToBeTried(others);
    for (const { meaning, fingerprint } of tasks.all) {
      if (fingerprint === variant.fingerprint) throw nothingNew();
      migrationOf(meaning, variant.meaning, 'the candidate');
    }
    await this.drop();
    const partitions = new Map<number, Follow>();
    this.#candidate = { ...variant, over, changes, partitions };
    for (const { partition } of tasks.all) this.#begin(partition);
    return this.status()!;
  }

  /** Lets the candidate go. @returns whether there was one */
  async drop(): Promise<boolean> {
    const candidate = this.#candidate;
    this.#candidate = undefined;
    for (const partition of candidate?.partitions.keys() ?? []) await this.#parts.tasks.unfollow(partition);
    return candidate !== undefined;
  }

  /**
   * Lets the candidate take over, partition by partition; resolves when that is durable in all of them.
   *
   * @throws ForetideError COMMAND_REFUSED where there is none, or it does not run along with all partitions
   */
  async promote(): Promise<CandidateStatus> {
    const candidate = this.#candidate;
    if (!candidate) throw noCandidate();
    const follows = [...candidate.partitions];
    if (follows.length === 0 || follows.some(([, { state }]) => state !== 'running' && state !== 'promoted'))
      throw notRunning();
    for (const [partition, follow] of follows) {
      if (follow.state === 'promoted') continue;
      await this.#parts.tasks.replace(partition, async (task) => {
        const { shadow, begin } = follow;
        if (!shadow || !begin) throw notRunning();
        const made = await this.#successor(task, shadow.task, candidate, begin);
        follow.state = 'promoted';
        return made;
      });
      this.#parts.log.warn({ partition, model: candidate.model.name }, 'the candidate has taken over');
    }
    const status = this.status()!;
    this.#candidate = undefined;
    return status;
  }

  /**
   * Takes the last promotion of each partition back: its state of before takes in what has come since, and takes over again.
   *
   * @returns the partitions
   * @throws ForetideError COMMAND_REFUSED where there was no promotion, or the settings are others now; whatever the history throws
   */
  async rollback(): Promise<readonly number[]> {
    const { tasks, path, log } = this.#parts;
    await this.drop();
    const kept = new KeptStates(path());
    try {
      const all = tasks.all.flatMap(({ partition }) => kept.of(partition) ?? []);
      if (all.length === 0) throw nothingKept();
      for (const { partition, next, commands, fingerprint, over } of all) {
        const variant = await this.variant(over);
        if (variant.fingerprint !== fingerprint) throw otherSettings(partition);
        const restore: RerunRange['restore'] = (into) => kept.restore(partition, into);
        const range = { from: next, known: commands, restore };
        const first = await this.#history(partition, variant, () => range);
        await tasks.replace(partition, async (task) => {
          const held = await this.#brought(task, variant, first);
          const parts = { ...this.#taskParts(variant), store: new HeldStore(held) };
          const again = await Task.open(partition, parts);
          const begin = { offset: next, commands, with: 'kept' } as const;
          return this.#successor(task, again, variant, begin).finally(() => again.close());
        });
        log.warn({ partition, model: variant.model.name }, 'the promotion was taken back');
      }
      return all.map(({ partition }) => partition).toSorted((a, b) => a - b);
    } finally {
      kept.close();
    }
  }

  /**
   * Settings and model with something over those of the run, and what state of them means.
   *
   * @param over null: nothing
   * @throws ForetideError SETTINGS_INVALID, FILE_UNREADABLE, MODEL_INVALID
   */
  async variant(over: Tree | null): Promise<Variant> {
    const { task, tree } = this.#parts;
    const settings = overlaidBy(task.pipeline, tree())(over ?? {});
    const model = await modelFor(settings.model, task.decoder.channels);
    const probe = await Task.open(0, { ...task, settings, model, store: new NoStore() });
    const { meaning, fingerprint } = probe;
    probe.close();
    return { over, settings, model, meaning, fingerprint };
  }

  /** Begins with a partition, in the background. */
  #begin(partition: number): void {
    const candidate = this.#candidate;
    if (!candidate) return;
    const follow: Follow = { state: 'waiting', message: '', begin: undefined, shadow: undefined };
    candidate.partitions.set(partition, follow);
    const task = this.#parts.tasks.all.find((one) => one.partition === partition);
    if (!task?.canObey || task.next === null) return;
    follow.state = 'burning in';
    void this.#follow(task, candidate, follow).catch((error: unknown) => {
      follow.state = 'failed';
      follow.message = messageOf(error);
      this.#parts.log.warn({ partition, error: follow.message }, 'the candidate cannot take the history in');
    });
  }

  async #follow(task: Task, candidate: Candidate, follow: Follow): Promise<void> {
    const { tasks, taps, log } = this.#parts;
    const { partition, meaning } = task;
    const migration = migrationOf(meaning, candidate.meaning, `partition ${partition}`);
    const first = await this.#history(partition, candidate, (begun, commands) => {
      const { restore } = begun;
      const known = restore ? (begun.commands[0]?.number ?? lastNumber(commands) + 1) - 1 : 0;
      follow.begin = { offset: begun.from, commands: known, with: restore ? 'carried' : 'nothing' };
      return {
        from: begun.from,
        known,
        restore: restore && ((into) => restore(migration.into(into))),
      };
    });
    await tasks.still(partition, async (live) => {
      const held = await this.#brought(live, candidate, first);
      if (this.#candidate !== candidate || candidate.partitions.get(partition) !== follow) return;
      follow.shadow = await Shadow.open(live, held, this.#taskParts(candidate), taps);
      tasks.follow(partition, follow.shadow);
      follow.state = 'running';
      log.info({ partition, ...follow.begin, to: live.next }, 'the candidate runs along');
    });
  }

  #taskParts({ settings, model }: Variant): TaskParts {
    const { task, taps } = this.#parts;
    return { ...task, pipeline: taps.pipeline, settings, model, sink: undefined, deadLetters: undefined };
  }

  /**
   * The state that a variant has after a partition's history, as far as that is committed.
   *
   * @param beginning where it begins, given what the past offers, and all commands
   */
  async #history(
    partition: number,
    variant: Variant,
    beginning: (
      offered: RerunRange,
      commands: readonly { readonly number: number }[] & Parameters<typeof lastNumber>[0],
    ) => Begun,
  ): Promise<Reached> {
    const { task, settings, log } = this.#parts;
    const live = this.#parts.tasks.all.find((one) => one.partition === partition);
    const since = (live?.clock ?? 0) - settings().candidate.burnIn;
    const past = await pastRanges(task.pipeline.name, settings(), {
      at: Infinity,
      begin: () => since,
      log,
    });
    try {
      const offered = past.ranges.get(partition);
      if (!offered) throw notCommitted(partition);
      const commands = past.commands.get(partition) ?? [];
      const whole = { ...offered, from: offered.restore ? offered.from : null };
      const { from, known, restore } = beginning(whole, commands);
      const held = await burnIn({
        pipeline: task.pipeline,
        settings: { ...variant.settings, input: past.settings.input },
        partition,
        isLeftOut: leftBy(commands),
        range: {
          from,
          to: offered.to,
          commands: commands.filter(({ number, command }) => number > known && command.kind !== 'rewind'),
          fingerprint: variant.fingerprint,
          passesPromotions: true,
          ...(restore && { restore }),
        },
        log,
      });
      return { held, known: lastNumber(commands) };
    } finally {
      past.close();
    }
  }

  /** A state that was reached, brought to where a task stands that waits. */
  async #brought(task: Task, variant: Variant, { held, known }: Reached): Promise<HeldState> {
    if (task.next === held.next && task.commandsTaken === known) return held;
    const { partition } = task;
    const reached = await this.#history(partition, variant, () => ({
      from: held.next,
      known,
      restore: (into) => putHeld(held, into),
    }));
    if (reached.held.next === task.next) return reached.held;
    throw notCommitted(partition);
  }

  /** The task that goes on in the place of another, and the command that says so. What there was is put aside. */
  async #successor(
    live: Task,
    shadow: Task,
    variant: Variant,
    begin: Promote['begin'],
  ): Promise<{ readonly task: Task; readonly command: Promote }> {
    const { task: parts, path } = this.#parts;
    const held = succession(live, shadow);
    const base = await this.variant(null);
    const over = variant.fingerprint === base.fingerprint ? null : variant.over;
    const kept = new KeptStates(path());
    try {
      const { partition, fingerprint, commandsTaken: commands } = live;
      const { next, rows, archived, slots } = heldState(live);
      const before = live.meaning.promoted?.over ?? null;
      kept.keep({ partition, next, commands, fingerprint, over: before, rows, archived, slots });
    } finally {
      kept.close();
    }
    const promoted = over === null ? undefined : { base: base.fingerprint, over };
    const store = new SucceedingStore(parts.store, held);
    const { settings, model } = variant;
    const task = await Task.open(live.partition, { ...parts, settings, model, store, promoted });
    const { fingerprint } = variant;
    const command = { kind: 'promote', over, fingerprint, replaces: live.fingerprint, begin } as const;
    return { task, command };
  }

  /** Lets the candidate take over where the rule says so. */
  #decide(): void {
    const candidate = this.#candidate;
    if (!candidate || this.#isDeciding || this.#parts.settings().candidate.promote.by !== 'rule') return;
    if ([...candidate.partitions.values()].some(({ state }) => state !== 'running')) return;
    if (!this.status()!.rule.holds) return;
    this.#isDeciding = true;
    void this.promote()
      .catch((error: unknown) =>
        this.#parts.log.warn({ error: messageOf(error) }, 'the candidate could not take over'),
      )
      .finally(() => (this.#isDeciding = false));
  }
}

/** Where a history begins. */
interface Begun {
  readonly from: number | null;
  /** Commands that have taken effect by then. */
  readonly known: number;
  readonly restore?: RerunRange['restore'];
}

/** A state, and the commands that it knows. */
interface Reached {
  readonly held: HeldState;
  readonly known: number;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function refused(what: string, todo: string, canRetry = false): ForetideError {
  return new ForetideError('COMMAND_REFUSED', { what, todo, canRetry });
}

function notToBeTried(paths: readonly string[]): ForetideError {
  return new ForetideError('COMMAND_REFUSED', {
    what: 'These settings cannot be tried beside what runs',
    got: paths
      .map((path) => `${path} needs ${needsOf(path) === 'restart' ? 'a restart' : 'a reload'}`)
      .join(', '),
    todo: 'Leave them out; the others can be tried.',
  });
}

const nothingNew = (): ForetideError =>
  refused('The candidate is what runs already', 'Name another model, or other settings.');

const noCandidate = (): ForetideError =>
  refused('There is no candidate', 'Begin one with foretide candidate.');

const notRunning = (): ForetideError =>
  refused(
    'The candidate does not run along with all partitions of this process',
    'Look at its status, and try again.',
    true,
  );

const nothingKept = (): ForetideError =>
  refused('No state of before a promotion was put aside', 'There is nothing to go back to.');

const otherSettings = (partition: number): ForetideError =>
  refused(
    `The state that was put aside is of other settings than there are now (partition ${partition})`,
    'Start the run with the settings of before the promotion.',
  );

const notCommitted = (partition: number): ForetideError =>
  refused(
    `What is stored is not what partition ${partition} has committed`,
    'Try again when readings have come.',
    true,
  );
