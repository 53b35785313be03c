/**
 * sin and cos of an angle given in turns (1 = 360°), in float64, by the kernels of fdlibm (Sun Microsystems, 1993) after
 * reduction to an eighth of a turn. The host's `Math.sin` may change with the engine. Absolute error below 2e-15.
 */
const TAU = 6.283185307179586;

function kernelSin(x: number): number {
  const z = x * x;
  const r =
    8.33333333332248946124e-3 +
    z *
      (-1.98412698298579493134e-4 +
        z * (2.75573137070700676789e-6 + z * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10)));
  return x + z * x * (-1.66666666666666324348e-1 + z * r);
}

function kernelCos(x: number): number {
  const z = x * x;
  const r =
    z *
    (4.16666666666666019037e-2 +
      z *
        (-1.38888888888741095749e-3 +
          z *
            (2.48015872894767294178e-5 +
              z *
                (-2.75573143513906633035e-7 +
                  z * (2.0875723212981748279e-9 + z * -1.13596475577881948265e-11)))));
  return 1 - (0.5 * z - z * r);
}

/** sin(2π turns) for |turns| < 2^52. */
export function sinTurns(turns: number): number {
  const part = turns - Math.floor(turns);
  const quarter = Math.round(part * 4);
  const angle = (part - quarter / 4) * TAU;
  switch (quarter & 3) {
    case 0:
      return kernelSin(angle);
    case 1:
      return kernelCos(angle);
    case 2:
      return -kernelSin(angle);
    default:
      return -kernelCos(angle);
  }
}

/** cos(2π turns) for |turns| < 2^52. */
export function cosTurns(turns: number): number {
  return sinTurns(turns + 0.25);
}
