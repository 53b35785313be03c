import { map, type OperatorFunction, type Observable } from 'rxjs';
import type { Batch } from './source/source.ts';

/**
 * An RxJS operator that adds columns to a frame and keeps its rows: it asks for the columns `Needs` and lets everything else
 * through.
 */
export type Stage<Needs extends object, Adds extends object> = <F extends Needs>(
  source: Observable<F>,
) => Observable<F & Adds>;

/** A stage from a function that computes the new columns of one frame. */
export function stage<Needs extends object, Adds extends object>(
  columns: (frame: Needs) => Adds,
): Stage<Needs, Adds> {
  return (source) => source.pipe(map((frame) => ({ ...frame, ...columns(frame) })));
}

type Op<A, B> = OperatorFunction<A, B>;

/**
 * The typed pipe of a pipeline: stages in the order of the data's way, the first of which takes batches. RxJS's own `pipe`
 * loses its types after nine; this keeps them for 16. A stage whose columns no earlier stage adds does not compile.
 *
 * @example
 * topology(decode(memory, decoder), align(memory, settings.align), scale(memory, settings.scale))
 */
export function topology<A>(a: Op<Batch, A>): Op<Batch, A>;
export function topology<A, B>(a: Op<Batch, A>, b: Op<A, B>): Op<Batch, B>;
export function topology<A, B, C>(a: Op<Batch, A>, b: Op<A, B>, c: Op<B, C>): Op<Batch, C>;
export function topology<A, B, C, D>(a: Op<Batch, A>, b: Op<A, B>, c: Op<B, C>, d: Op<C, D>): Op<Batch, D>;
export function topology<A, B, C, D, E>(
  a: Op<Batch, A>,
  b: Op<A, B>,
  c: Op<B, C>,
  d: Op<C, D>,
  e: Op<D, E>,
): Op<Batch, E>;
export function topology<A, B, C, D, E, F>(
  a: Op<Batch, A>,
  b: Op<A, B>,
  c: Op<B, C>,
  d: Op<C, D>,
  e: Op<D, E>,
  f: Op<E, F>,
): Op<Batch, F>;
export function topology<A, B, C, D, E, F, G>(
  a: Op<Batch, A>,
  b: Op<A, B>,
  c: Op<B, C>,
  d: Op<C, D>,
  e: Op<D, E>,
  f: Op<E, F>,
  g: Op<F, G>,
): Op<Batch, G>;
export function topology<A, B, C, D, E, F, G, H>(
  a: Op<Batch, A>,
  b: Op<A, B>,
  c: Op<B, C>,
  d: Op<C, D>,
  e: Op<D, E>,
  f: Op<E, F>,
  g: Op<F, G>,
  h: Op<G, H>,
): Op<Batch, H>;
export function topology<A, B, C, D, E, F, G, H, I>(
  a: Op<Batch, A>,
  b: Op<A, B>,
  c: Op<B, C>,
  d: Op<C, D>,
  e: Op<D, E>,
  f: Op<E, F>,
  g: Op<F, G>,
  h: Op<G, H>,
  i: Op<H, I>,
): Op<Batch, I>;
export function topology<A, B, C, D, E, F, G, H, I, J>(
  a: Op<Batch, A>,
  b: Op<A, B>,
  c: Op<B, C>,
  d: Op<C, D>,
  e: Op<D, E>,
  f: Op<E, F>,
  g: Op<F, G>,
  h: Op<G, H>,
  i: Op<H, I>,
  j: Op<I, J>,
): Op<Batch, J>;
export function topology<A, B, C, D, E, F, G, H, I, J, K>(
  a: Op<Batch, A>,
  b: Op<A, B>,
  c: Op<B, C>,
  d: Op<C, D>,
  e: Op<D, E>,
  f: Op<E, F>,
  g: Op<F, G>,
  h: Op<G, H>,
  i: Op<H, I>,
  j: Op<I, J>,
  k: Op<J, K>,
): Op<Batch, K>;
export function topology<A, B, C, D, E, F, G, H, I, J, K, L>(
  a: Op<Batch, A>,
  b: Op<A, B>,
  c: Op<B, C>,
  d: Op<C, D>,
  e: Op<D, E>,
  f: Op<E, F>,
  g: Op<F, G>,
  h: Op<G, H>,
  i: Op<H, I>,
  j: Op<I, J>,
  k: Op<J, K>,
  l: Op<K, L>,
): Op<Batch, L>;
export function topology<A, B, C, D, E, F, G, H, I, J, K, L, M>(
  a: Op<Batch, A>,
  b: Op<A, B>,
  c: Op<B, C>,
  d: Op<C, D>,
  e: Op<D, E>,
  f: Op<E, F>,
  g: Op<F, G>,
  h: Op<G, H>,
  i: Op<H, I>,
  j: Op<I, J>,
  k: Op<J, K>,
  l: Op<K, L>,
  m: Op<L, M>,
): Op<Batch, M>;
export function topology<A, B, C, D, E, F, G, H, I, J, K, L, M, N>(
  a: Op<Batch, A>,
  b: Op<A, B>,
  c: Op<B, C>,
  d: Op<C, D>,
  e: Op<D, E>,
  f: Op<E, F>,
  g: Op<F, G>,
  h: Op<G, H>,
  i: Op<H, I>,
  j: Op<I, J>,
  k: Op<J, K>,
  l: Op<K, L>,
  m: Op<L, M>,
  n: Op<M, N>,
): Op<Batch, N>;
export function topology<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O>(
  a: Op<Batch, A>,
  b: Op<A, B>,
  c: Op<B, C>,
  d: Op<C, D>,
  e: Op<D, E>,
  f: Op<E, F>,
  g: Op<F, G>,
  h: Op<G, H>,
  i: Op<H, I>,
  j: Op<I, J>,
  k: Op<J, K>,
  l: Op<K, L>,
  m: Op<L, M>,
  n: Op<M, N>,
  o: Op<N, O>,
): Op<Batch, O>;
export function topology<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P>(
  a: Op<Batch, A>,
  b: Op<A, B>,
  c: Op<B, C>,
  d: Op<C, D>,
  e: Op<D, E>,
  f: Op<E, F>,
  g: Op<F, G>,
  h: Op<G, H>,
  i: Op<H, I>,
  j: Op<I, J>,
  k: Op<J, K>,
  l: Op<K, L>,
  m: Op<L, M>,
  n: Op<M, N>,
  o: Op<N, O>,
  p: Op<O, P>,
): Op<Batch, P>;
export function topology(...stages: Op<never, unknown>[]): Op<Batch, unknown> {
  return (source) =>
    stages.reduce<Observable<unknown>>((stream, next) => next(stream as Observable<never>), source);
}
