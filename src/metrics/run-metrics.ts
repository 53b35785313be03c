import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Work, WorkDone } from '../traced.ts';
import { DURATIONS } from './durations.ts';
import { type Measure, MEASURES } from './measures.ts';
import { processMetrics } from './process-metrics.ts';
import type { RunFigures } from './run-figures.ts';

/**
 * The metrics of a run, in a registry of its own, beside those of the process.
 *
 * 1. What a run knows anyway is read when somebody asks; only how long a commit, a sink or a restore has taken is noted as it happens.
 * 2. What is not known now has no sample.
 */
export class RunMetrics {
  readonly #registry = new Registry();
  readonly #histograms = new Map<Work, Histogram>();
  readonly #figures: () => RunFigures;
  /** Of the scrape under way: all metrics tell of the same moment. */
  #now: RunFigures;
  readonly #process = processMetrics();

  constructor(figures: () => RunFigures) {
    this.#figures = figures;
    this.#now = figures();
    for (const measure of MEASURES) this.#register(measure);
    for (const { work, buckets, ...facts } of DURATIONS)
      this.#histograms.set(
        work,
        new Histogram({ ...facts, buckets: [...buckets], registers: [this.#registry] }),
      );
  }

  /** For the header `Content-Type`. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Some work has ended; of what has failed the duration says nothing. */
  worked({ work, seconds, isFailed }: WorkDone): void {
    if (!isFailed) this.#histograms.get(work)!.observe(seconds);
  }

  /** All metrics, in the text format of Prometheus. */
  async text(): Promise<string> {
    this.#now = this.#figures();
    const [own, ofProcess] = await Promise.all([this.#registry.metrics(), this.#process.metrics()]);
    return `${own}${ofProcess}`;
  }

  #register({ name, type, help, labels, read }: Measure): void {
    const samples = () => read(this.#now);
    const config = { name, help, labelNames: [...labels], registers: [this.#registry] };
    if (type === 'counter') {
      void new Counter({
        ...config,
        collect() {
          clear(this, labels);
          for (const sample of samples()) if (sample.value !== null) this.inc(sample.labels, sample.value);
        },
      });
      return;
    }
    void new Gauge({
      ...config,
      collect() {
        clear(this, labels);
        for (const sample of samples()) if (sample.value !== null) this.set(sample.labels, sample.value);
      },
    });
  }
}

/** Forgets what was told before. */
function clear(metric: Counter | Gauge, labels: readonly string[]): void {
  metric.reset();
  // without labels it would be 0
  if (labels.length === 0) metric.remove();
}
