import type { Cell, CellWeights } from '../cell/cell.ts';
import { CELL_NAMES, cellOf, ownOf } from '../cell/cells.ts';
import { type InputKind, inputWidth } from '../cell/inputs.ts';
import { shown } from '../decode/shown.ts';
import { modelFault, shownShape } from './fault.ts';
import type { Model, ModelParts } from './model.ts';
import type { Tensor } from './safetensors.ts';
import { LIMITS } from './settings.ts';

// G gates, H hidden, I input, R = channels × horizon rows of the head. A Linear's weight is [out][in], ours [in][out].

const CELLS = CELL_NAMES.map((name) => cellOf(name)).toSorted((a, b) => a.gates - b.gates);
/** How many gates tell which cell, as an error says it. */
const GATES = CELLS.map(({ name, gates }) => `${gates} (${name.toUpperCase()})`);
const FIRST = 'weight_ih_l0';
const MOST_FAULTS = 6;

const HOW_TO =
  'Save the state_dict of a module with one nn.RNN, nn.LSTM or nn.GRU (with biases) and one nn.Linear called `head`.';
const HINTS: readonly (readonly [RegExp, string])[] = [
  [/_reverse$/, 'A bidirectional model needs the future of a stream: train it with bidirectional=False.'],
  [/weight_hr_l\d+$/, 'Projections are not carried: train it with proj_size=0.'],
];

/**
 * The tensors of a model under the names that PyTorch's `state_dict` has for a module with the cell as attribute `rnn`, `lstm`
 * or `gru` and an `nn.Linear` as `head`. Its two biases are ours and zeros, but for the GRU's n gate, which has two. What a cell has in b
 * of its own is a tensor beside them.
 */
export function toPyTorch({ cell, layers, head, hidden }: Model): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  layers.forEach(({ W, b, hidden: H, input: I }, l) => {
    const columns = cell.gates * H;
    const put = (name: string, shape: readonly number[], data: Float32Array): void => {
      tensors.set(`${cell.name}.${name}_l${l}`, { shape, data });
    };
    put('weight_ih', [columns, I], transposed(W.subarray(H * columns), I, columns));
    put('weight_hh', [columns, H], transposed(W.subarray(0, H * columns), H, columns));
    const b_hh = new Float32Array(columns);
    const apart = cell.apart * H;
    b_hh.set(b.subarray(columns, columns + apart), columns - apart); // the GRU's b_nh
    put('bias_ih', [columns], b.slice(0, columns));
    put('bias_hh', [columns], b_hh);
    if (cell.ownTensor) put(cell.ownTensor, [ownOf(cell), H], b.slice(columns + apart));
  });
  const rows = head.b.length;
  tensors.set('head.weight', { shape: [rows, hidden], data: transposed(head.W, hidden, rows) });
  tensors.set('head.bias', { shape: [rows], data: head.b.slice() });
  return tensors;
}

/**
 * Cells and head from the tensors of a PyTorch `state_dict`; the shapes tell everything but the plain RNN's σ.
 *
 * 1. The recurrent module may stand under any prefix (`lstm.`, `model.rnn.`); the head is `head.weight` and `head.bias` beside it.
 * 2. b_ih and b_hh are added in float32, but for the GRU's n gate, where the reset gate stands between them.
 * 3. I = channels + 2 or 2 × channels + 3 (see `InputKind`). Where both could be, as of I = 5 (3 channels or 1), `known` decides; else it
 *    is the former. The head's rows are [channels][horizon].
 *
 * @param where the file's name, for errors
 * @param known what else is known of the model
 * @throws ForetideError MODEL_INVALID, naming what is missing, superfluous or of another shape
 */
export function fromPyTorch(
  tensors: ReadonlyMap<string, Tensor>,
  where = 'tensors',
  known: KnownInputs = {},
): ModelParts {
  const fault = (what: string, expected: string, got: string, todo = HOW_TO): Error =>
    modelFault({ what, expected, got, where, todo });

  const prefix = prefixOf(tensors, fault);
  const beside = prefix.slice(0, prefix.lastIndexOf('.', prefix.length - 2) + 1);
  const shapeOf = (name: string): readonly number[] => tensors.get(name)?.shape ?? [];

  const [rows = 0, H = 0] = shapeOf(`${prefix}weight_hh_l0`);
  const [, I = 0] = shapeOf(prefix + FIRST);
  const hasOwn = ({ ownTensor }: Cell): boolean =>
    ownTensor !== undefined && tensors.has(`${prefix}${ownTensor}_l0`);
  const fitting = CELLS.filter(({ gates }) => gates === rows / H);
  const cell = fitting.find(hasOwn) ?? fitting.find(({ ownTensor }) => ownTensor === undefined);
  if (cell === undefined || H > LIMITS.hidden) {
    throw fault(
      'The recurrent layer is none of those that are known',
      `${shown(`${prefix}weight_hh_l0`)} of [G × H, H] with G = ${GATES.slice(0, -1).join(', ')} or ${GATES.at(-1)} and H up to ${LIMITS.hidden}`,
      tensors.has(`${prefix}weight_hh_l0`) ? shownShape(shapeOf(`${prefix}weight_hh_l0`)) : 'none',
    );
  }
  let L = 1;
  while (L < LIMITS.layers && tensors.has(`${prefix}weight_ih_l${L}`)) L++;
  const [R = 0] = shapeOf(`${beside}head.weight`);
  const wanted = new Map<string, readonly number[]>();
  for (let l = 0; l < L; l++) {
    wanted.set(`${prefix}weight_ih_l${l}`, [rows, l === 0 ? I : H]);
    wanted.set(`${prefix}weight_hh_l${l}`, [rows, H]);
    wanted.set(`${prefix}bias_ih_l${l}`, [rows]);
    wanted.set(`${prefix}bias_hh_l${l}`, [rows]);
    if (cell.ownTensor) wanted.set(`${prefix}${cell.ownTensor}_l${l}`, [ownOf(cell), H]);
  }
  wanted.set(`${beside}head.weight`, [R, H]);
  wanted.set(`${beside}head.bias`, [R]);
  compare(tensors, wanted, `${cell.name.toUpperCase()} of ${H} with a head`, fault);

  const channels = channelsOf(I, known);
  if (channels < 1) {
    throw fault(
      'The model has too few inputs',
      `${shown(prefix + FIRST)} of [${rows}, channels + 2] or [${rows}, 2 × channels + 3]`,
      shownShape([rows, I]),
      'Train it on X_t = [z of each channel, sin and cos of the time of day (UTC)], or with masks and Δt before the time of day.',
    );
  }
  const horizon = R / channels;
  if (!Number.isInteger(horizon) || horizon < 1 || horizon > LIMITS.horizon) {
    throw fault(
      'The head does not fit the inputs',
      `${channels} (channels) × 1 to ${LIMITS.horizon} (steps ahead) rows of ${shown(`${beside}head.weight`)}`,
      String(R),
      'Let it give the next values of channel 1, then those of channel 2, …',
    );
  }
  const data = (tensor: string): Float32Array => tensors.get(tensor)!.data;
  const layers = Array.from({ length: L }, (_, l) =>
    layerOf(cell, H, l === 0 ? I : H, (tensor) => data(`${prefix}${tensor}_l${l}`)),
  );
  if (layers.some(({ b }) => !b.every((value) => Number.isFinite(value)))) {
    throw fault('Two biases are too large to be added', 'a sum within float32', 'an infinity');
  }
  const head = { W: transposed(data(`${beside}head.weight`), R, H), b: data(`${beside}head.bias`).slice() };
  return { cell: cell.name, channels, horizon, layers, head };
}

/** What tells the two kinds of inputs apart where the shapes alone do not: channels, where they are known, else the kind. */
export interface KnownInputs {
  readonly channels?: number | undefined;
  readonly inputs?: InputKind | undefined;
}

/** Channels of a model of I inputs. */
function channelsOf(I: number, { channels, inputs = 'plain' }: KnownInputs): number {
  const plain = I - inputWidth('plain', 0);
  const gaps = (I - inputWidth('gaps', 0)) / 2;
  if (channels === gaps || channels === plain) return channels;
  return inputs === 'gaps' && gaps >= 1 && Number.isInteger(gaps) ? gaps : plain;
}

type Fault = (what: string, expected: string, got: string, todo?: string) => Error;

/** What stands before `weight_ih_l0`. */
function prefixOf(tensors: ReadonlyMap<string, Tensor>, fault: Fault): string {
  const firsts = [...tensors.keys()].filter((name) => name === FIRST || name.endsWith(`.${FIRST}`));
  if (firsts.length === 1) return firsts[0]!.slice(0, -FIRST.length);
  const others = firsts.length === 0 ? [...tensors.keys()] : firsts;
  throw fault(
    'There is not exactly one recurrent module',
    `one tensor ${FIRST}, with or without a prefix`,
    listed(others.map((name) => shown(name))) || 'no tensors',
  );
}

function compare(
  tensors: ReadonlyMap<string, Tensor>,
  wanted: ReadonlyMap<string, readonly number[]>,
  model: string,
  fault: Fault,
): void {
  const expected: string[] = [];
  const got: string[] = [];
  for (const [name, shape] of wanted) {
    const tensor = tensors.get(name);
    const text = shownShape(shape);
    if (tensor && shownShape(tensor.shape) === text) continue;
    // a missing head has no rows
    expected.push(
      tensor || !text.startsWith('[0')
        ? `${shown(name)} of ${text}`
        : `${shown(name)} of [channels × horizon, …]`,
    );
    got.push(tensor ? `${shown(name)} of ${shownShape(tensor.shape)}` : `no ${shown(name)}`);
  }
  const extra = [...tensors].filter(([name]) => !wanted.has(name));
  got.push(...extra.map(([name, { shape }]) => `${shown(name)} of ${shownShape(shape)}, which has no use`));
  if (got.length === 0) return;
  const hint = HINTS.find(([pattern]) => extra.some(([name]) => pattern.test(name)))?.[1];
  throw fault(
    `The tensors are not those of an ${model}`,
    listed(expected) || 'no others',
    listed(got),
    hint ?? HOW_TO,
  );
}

function listed(names: readonly string[]): string {
  const more = names.length - MOST_FAULTS;
  return names.slice(0, MOST_FAULTS).join('; ') + (more > 0 ? `; and ${more} more` : '');
}

function layerOf(cell: Cell, H: number, I: number, data: (tensor: string) => Float32Array): CellWeights {
  const columns = cell.gates * H;
  const apart = cell.apart * H;
  const W = new Float32Array((H + I) * columns);
  W.set(transposed(data('weight_hh'), columns, H));
  W.set(transposed(data('weight_ih'), columns, I), H * columns);
  const b_ih = data('bias_ih');
  const b_hh = data('bias_hh');
  const b = new Float32Array(cell.biases * H);
  // not `+ 0`, which would turn -0 into 0: what was exported comes back bit for bit
  for (let j = 0; j < columns; j++) b[j] = b_hh[j] === 0 ? b_ih[j]! : b_ih[j]! + b_hh[j]!;
  b.set(b_ih.subarray(columns - apart), columns - apart);
  b.set(b_hh.subarray(columns - apart), columns);
  if (cell.ownTensor) b.set(data(cell.ownTensor), columns + apart);
  return { hidden: H, input: I, W, b };
}

/** [rows][columns] to [columns][rows]. */
function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result[j * rows + i] = data[i * columns + j]!;
  }
  return result;
}
