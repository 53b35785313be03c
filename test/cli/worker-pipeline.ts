import { existsSync, readFileSync } from 'node:fs';
import { ownPipeline, type workplace } from './workplace.ts';

/** A worker that was started. */
export interface Started {
  readonly number: number;
  readonly pid: number;
  /** Whether it was told to begin anew. */
  readonly fresh: boolean;
}

/** A pipeline of a test's own, whose workers note that they were started. */
export class WorkerPipeline {
  /** The path of its module. */
  readonly module: string;
  readonly #notes: string;

  /**
   * @param does what a worker does when its module is loaded, as code: `worker` is its number as text, `starts` how many of all have
   * been started so far, `notes` the file that has a line for each
   * @param more fields of the pipeline, as code
   */
  constructor({ path, write }: ReturnType<typeof workplace>, name: string, { does = '', more = '' } = {}) {
    this.#notes = path(`${name}.notes`);
    const head = `import { appendFileSync, readFileSync } from 'node:fs';
const notes = ${JSON.stringify(this.#notes)};
const worker = process.argv.find((arg) => arg.startsWith('--worker='))?.split('=')[1];
if (worker) appendFileSync(notes, worker + ' ' + process.pid + (process.argv.includes('--fresh') ? ' fresh' : '') + '\\n');
const starts = worker ? readFileSync(notes, 'utf8').split('\\n').length - 1 : 0;
${does}
`;
    this.module = write(`${name}.ts`, head + ownPipeline(name, more));
  }

  /** Every worker that was ever started, in this order. */
  get started(): readonly Started[] {
    if (!existsSync(this.#notes)) return [];
    const lines = readFileSync(this.#notes, 'utf8').trim().split('\n');
    return lines.map((line) => {
      const [number, pid, fresh] = line.split(' ');
      return { number: Number(number), pid: Number(pid), fresh: fresh !== undefined };
    });
  }
}

/** The lines of the log on standard error. */
export function logged(stderr: string): Record<string, unknown>[] {
  const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}
