/** The kernel's functions; all places are byte offsets in the arena, `cell` too (see `Kernel.shapeOf`). What they do is said in `kernel/*.ts`. */
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
      b: number,
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
  headMoves(
    ...places: [
      W: number,
      b: number,
      H: number,
      O: number,
      known: number,
      h: number,
      horizons: number,
      Q: number,
      mean: number,
      spread: number,
      value: number,
      unit: number,
      said: number,
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
  trackBands(
    ...places: [
      sizes: number,
      reach: number,
      Q: number,
      B: number,
      main: number,
      rate: number,
      levels: number,
      errors: number,
      places: number,
      reaches: number,
      stride: number,
      unit: number,
    ]
  ): void;
  tellBands(
    ...places: [
      sizes: number,
      reach: number,
      Q: number,
      B: number,
      main: number,
      y: number,
      unit: number,
      moves: number,
      reaches: number,
      yhat: number,
      lo: number,
      hi: number,
      los: number,
      his: number,
    ]
  ): void;
  matured(
    ...places: [
      horizons: number,
      Q: number,
      ring: number,
      channels: number,
      index: number,
      now: number,
      stamps: number,
      values: number,
      moves: number,
      y: number,
      unit: number,
      age: number,
      places: number,
      errors: number,
      changes: number,
      moved: number,
    ]
  ): void;
  scoreRows(
    ...places: [
      kept: number,
      block: number,
      n: number,
      days: number,
      counts: number,
      lives: number,
      sums: number,
      standings: number,
      watched: number,
      S: number,
      level: number,
      tolerance: number,
      turned: number,
    ]
  ): number;
  detectRows(kept: number, block: number, n: number, drifts: number, found: number, stride: number): void;
  trackRows(kept: number, block: number, n: number, rate: number): void;
  headRows(
    ...places: [
      kept: number,
      block: number,
      n: number,
      values: number,
      heads: number,
      H: number,
      O: number,
      known: number,
      hidden: number,
      means: number,
      spreads: number,
      said: number,
      out: number,
    ]
  ): void;
  tellRows(
    kept: number,
    block: number,
    n: number,
    values: number,
    yhat: number,
    lo: number,
    hi: number,
  ): void;
  countScores(
    ...places: [
      horizons: number,
      Q: number,
      day: number,
      sinceDay: number,
      errors: number,
      changes: number,
      places: number,
      reaches: number,
      stride: number,
      unit: number,
      counts: number,
      lives: number,
      sums: number,
    ]
  ): void;
  plainMoves(
    ...places: [
      moves: number,
      Q: number,
      places: number,
      day: number,
      week: number,
      past: number,
      length: number,
      now: number,
      usual: number,
      unit: number,
      offset: number,
      dayNow: number,
      weekNow: number,
      spread: number,
      toSmoothed: number,
    ]
  ): void;
  limitMoves(moves: number, Q: number, E: number, cell: number, usual: number): void;
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
