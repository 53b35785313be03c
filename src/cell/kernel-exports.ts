/** The kernel's functions; all places are byte offsets in the arena. What they do is said in `kernel/*.ts`. */
export interface KernelExports {
  stepFrame(
    cell: number,
    n: number,
    states: number,
    x: number,
    layers: number,
    layerCount: number,
    hidden: number,
    width: number,
    out: number,
    workspace: number,
  ): void;
  forwardWindow(
    ...places: [
      cell: number,
      T: number,
      B: number,
      H: number,
      I: number,
      W: number,
      b: number,
      v: number,
      state: number,
      h: number,
      record: number,
      z: number,
    ]
  ): void;
  transposeWeights(cell: number, H: number, I: number, W: number, Th: number, Tx: number): void;
  backwardWindow(
    ...places: [
      cell: number,
      T: number,
      B: number,
      H: number,
      I: number,
      Th: number,
      Tx: number,
      v: number,
      record: number,
      dh: number,
      dx: number,
      d: number,
      dz: number,
      zeros: number,
      out: number,
    ]
  ): void;
  gradientsOfWindow(
    ...places: [
      cell: number,
      T: number,
      B: number,
      H: number,
      I: number,
      v: number,
      dz: number,
      gW: number,
      gb: number,
      panel: number,
    ]
  ): void;
  linear(W: number, b: number, H: number, O: number, h: number, y: number, samples: number): void;
  linearBack(
    ...places: [
      W: number,
      H: number,
      O: number,
      h: number,
      dy: number,
      dh: number,
      gW: number,
      gb: number,
      samples: number,
      T: number,
      zeros: number,
      out: number,
    ]
  ): void;
  packHalves(from: number, to: number, n: number): void;
  rlsGain(
    ...places: [
      P: number,
      d: number,
      phi: number,
      gain: number,
      forgetting: number,
      start: number,
      traceLimit: number,
      work: number,
    ]
  ): void;
  rlsMoves(W: number, phi: number, d: number, Q: number, reach: number, out: number, work: number): void;
  rlsLearn(
    ...places: [
      W: number,
      usual: number,
      phi: number,
      gain: number,
      stride: number,
      d: number,
      Q: number,
      places: number,
      moved: number,
      cut: number,
      rate: number,
    ]
  ): void;
  mixed(state: number, Q: number, E: number, moves: number, out: number): void;
  blame(
    ...places: [
      state: number,
      Q: number,
      E: number,
      said: number,
      saidStride: number,
      mixedMoves: number,
      mixedStride: number,
      places: number,
      moved: number,
    ]
  ): void;
  add(to: number, from: number, n: number): void;
  peak(rounds: number, x: number): number;
  sumOfSquares(numbers: number, n: number): number;
  adam(
    ...parts: [
      p: number,
      g: number,
      m: number,
      v: number,
      n: number,
      clip: number,
      beta1: number,
      beta2: number,
      rest1: number,
      rest2: number,
      rate: number,
      root2: number,
      epsilon: number,
      keep: number,
    ]
  ): void;
}
