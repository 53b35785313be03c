import type { Kind } from './faults.ts';
import type { Mode, Output } from './round.ts';

/** A place in the product's sources that is written otherwise. */
interface Change {
  /** Path in `src`. */
  readonly file: string;
  /** Text that stands there once. */
  readonly from: string;
  readonly to: string;
}

/** A mistake that a run could make with its state. */
export interface Bug {
  readonly changes: readonly Change[];
  /** The round that must find it. */
  readonly output: Output;
  readonly faults: readonly (readonly Kind[])[];
  readonly areCommitsRare?: boolean;
  readonly mode?: Mode;
}

/** Each of these must be found by a round of faults. */
export const BUGS: Readonly<Record<string, Bug>> = {
  'commit before write': {
    output: 'influxdb',
    faults: [
      ['kill', 'kill', 'kill', 'kill'],
      ['away', 'away'],
    ],
    changes: [
      {
        file: 'run/task.ts',
        from: "const rejected = sink ? await this.#traced('sink-write', () => sink.write(points, stop)) : [];",
        to: 'const rejected: DeadLetter[] = [];',
      },
      {
        file: 'run/task.ts',
        from: '      this.memory.committed();\n',
        to: '      if (sink) await sink.write(points, stop);\n      this.memory.committed();\n',
      },
    ],
  },
  'fencing skipped': {
    output: 'store',
    faults: [['zombie', 'zombie', 'zombie']],
    changes: [
      {
        file: 'store/kafka-partition.ts',
        from: 'transactionalId: `${application}-${partition}`,',
        to: 'transactionalId: `${application}-${partition}-${process.pid}-${performance.now()}`,',
      },
    ],
  },
  'answer not awaited': {
    output: 'influxdb',
    faults: [['busy', 'cut']],
    changes: [
      {
        file: 'sink/influxdb-connection.ts',
        from: 'const { status, body } = await sent(transport, path, lines, options);',
        to: "void sent(transport, path, lines, options).catch(() => {}); const [status, body] = [204, ''];",
      },
    ],
  },
  'position from the group': {
    output: 'store',
    faults: [['kill', 'kill', 'kill', 'kill', 'kill', 'kill']],
    areCommitsRare: true,
    changes: [
      {
        file: 'source/kafka-run.ts',
        from: 'autoCommit: false,',
        to: 'autoCommit: true, autoCommitInterval: 100,',
      },
      {
        file: 'store/kafka-opening.ts',
        from: '    return state;\n',
        to: `    if (!state.meta) return state;
    const told = await parts.ask((admin) => admin.fetchOffsets({ groupId: parts.group, topics: [parts.input] }));
    const next = Number(told[0]!.partitions.find((one) => one.partition === partition)!.offset);
    return { ...state, meta: { ...state.meta, next } };
`,
      },
    ],
  },
  // no worker ever restarts: what a restart would come to is seen by the audit alone
  'a record left out of the catching up': {
    output: 'store',
    faults: [],
    mode: 'generations',
    changes: [
      {
        file: 'run/task.ts',
        from: 'this.#take({ partition, records: records.slice(from), next });\n    this.#checkBalance();',
        to: 'this.#take({ partition, records: records.slice(from + 1), next });\n    this.#checkBalance();',
      },
    ],
  },
};

/**
 * A source with the bug in it.
 *
 * @param file its path in `src`
 * @throws Error where the text that is to be replaced does not stand there exactly once: the bug must be seeded anew
 */
export function withBug(bug: string, file: string, source: string): string {
  const found = BUGS[bug];
  if (!found) throw new Error(`No such bug: ${bug}`);
  let text = source;
  for (const { from, to } of found.changes.filter((change) => change.file === file)) {
    if (text.split(from).length !== 2) throw new Error(`src/${file} does not hold once: ${from}`);
    text = text.replace(from, () => to);
  }
  return text;
}
