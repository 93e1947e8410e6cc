/**
 * Elementary and special functions from + - * / and square roots only. ECMA-262 leaves the last bit of Math.log,
 * Math.exp, Math.sin and ** to the implementation, and a single different bit changes the run. These give the same bits
 * on every machine. log, exp, sin and cos follow Sun's fdlibm (e_log.c, e_exp.c, k_sin.c, k_cos.c).
 */

const cell = new Float64Array(1);
const words = new Int32Array(cell.buffer);
// Which of the two words holds sign and exponent depends on the machine.
cell[0] = 1;
const HIGH = words[1] !== 0 ? 1 : 0;

/** POWERS[1024 + k] = 2^k for k from -1024 to 1023, every one exact. */
const POWERS = new Float64Array(2048);
POWERS[1024] = 1;
for (let k = 1; k <= 1023; k++) POWERS[1024 + k] = POWERS[1023 + k] * 2;
for (let k = 1; k <= 1024; k++) POWERS[1024 - k] = POWERS[1025 - k] / 2;

const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const INVERSE_LN2 = 1.442695040888963387;
const TWO_54 = 18014398509481984;
const TWO_1023 = 8.98846567431158e307;
const TWO_MINUS_1000 = 9.332636185032189e-302;

/** Natural logarithm, error below 1 ulp; -Infinity at 0, NaN below. Source: fdlibm e_log.c. */
export function log(value: number): number {
  cell[0] = value;
  let high = words[HIGH];
  let scaled = value;
  let k = 0;
  if (high < 0x00100000) {
    if (value === 0) return -Infinity;
    if (!(value > 0)) return NaN;
    k = -54;
    scaled = value * TWO_54;
    cell[0] = scaled;
    high = words[HIGH];
  }
  if (high >= 0x7ff00000) return value;
  const exponent = (high >> 20) - 1023;
  high &= 0x000fffff;
  // Mantissas from sqrt(2) on are halved, so that f lies around 0. Scaling by a power of two is
  // exact.
  const above = (high + 0x95f64) >> 20;
  k += exponent + above;
  const f = scaled * POWERS[1024 - exponent - above] - 1;
  if ((0x000fffff & (2 + high)) < 3) return logNearOne(f, k);
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even =
    w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const odd =
    z *
    (6.66666666666673513e-1 +
      w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  const r = odd + even;
  // fdlibm has separate formulas for k = 0. These give the same bits, because no term of k is rounded then.
  if (((high - 0x6147a) | (0x6b851 - high)) > 0) {
    const half = 0.5 * f * f;
    return k * LN2_HIGH - (half - (s * (half + r) + k * LN2_LOW) - f);
  }
  return k * LN2_HIGH - (s * (f - r) - k * LN2_LOW - f);
}

function logNearOne(f: number, k: number): number {
  const r = f * f * (0.5 - 0.33333333333333333 * f);
  return k * LN2_HIGH - (r - k * LN2_LOW - f);
}

/**
 * e to the power of x, error below 1 ulp; 0 below -745.13, Infinity above 709.78. Source: fdlibm
 * e_exp.c.
 */
export function exp(value: number): number {
  let x = value;
  cell[0] = x;
  const negative = words[HIGH] < 0;
  const high = words[HIGH] & 0x7fffffff;
  if (high >= 0x40862e42) {
    if (x !== x) return x;
    if (x > 709.782712893384) return Infinity;
    if (x < -745.1332191019411) return 0;
  }
  let k = 0;
  let hi = 0;
  let lo = 0;
  if (high > 0x3fd62e42) {
    if (high < 0x3ff0a2b2) {
      if (x === 1) return Math.E;
      hi = negative ? x + LN2_HIGH : x - LN2_HIGH;
      lo = negative ? -LN2_LOW : LN2_LOW;
      k = negative ? -1 : 1;
    } else {
      k = (INVERSE_LN2 * x + (negative ? -0.5 : 0.5)) | 0;
      hi = x - k * LN2_HIGH;
      lo = k * LN2_LOW;
    }
    x = hi - lo;
  } else if (high < 0x3e300000) {
    return 1 + x;
  }
  const t = x * x;
  const c =
    x -
    t *
      (1.66666666666666019037e-1 +
        t *
          (-2.77777777770155933842e-3 +
            t *
              (6.61375632143793436117e-5 +
                t * (-1.6533902205465251539e-6 + t * 4.13813679705723846039e-8))));
  if (k === 0) return 1 - ((x * c) / (c - 2) - x);
  const y = 1 - (lo - (x * c) / (2 - c) - hi);
  if (k === 1024) return y * 2 * TWO_1023;
  if (k >= -1021) return y * POWERS[1024 + k];
  return y * POWERS[2024 + k] * TWO_MINUS_1000;
}

/** log(1 + x) without loss for small x. Source: Kahan, HP-15C manual. */
export function log1p(x: number): number {
  const u = 1 + x;
  if (u === 1) return x;
  if (u === Infinity) return u;
  return log(u) * (x / (u - 1));
}

/** base to a whole power by repeated squaring; the error grows by about 1 ulp per doubling. */
export function powi(base: number, exponent: number): number {
  let n = Math.abs(exponent);
  let square = base;
  let product = 1;
  while (n > 0) {
    if (n % 2 === 1) product *= square;
    square *= square;
    n = Math.floor(n / 2);
  }
  return exponent < 0 ? 1 / product : product;
}

/**
 * base to a real power: exact squaring for whole exponents up to 64, else exp(exponent * log(base)), relative error
 * about 1e-13. NaN for a negative base with a fractional exponent, as usual.
 */
export function pow(base: number, exponent: number): number {
  if (Math.floor(exponent) === exponent && Math.abs(exponent) <= 64) return powi(base, exponent);
  if (exponent === 0.5) return Math.sqrt(base);
  if (base === 0) return exponent > 0 ? 0 : Infinity;
  if (base < 0 && Math.floor(exponent) === exponent) {
    const size = exp(exponent * log(-base));
    return exponent % 2 === 0 ? size : -size;
  }
  return exp(exponent * log(base));
}

/**
 * Sine of x radians, |x| up to 800,000 to 1 ulp of the reduced angle; NaN beyond. Source: fdlibm.
 */
export function sin(x: number): number {
  const quadrant = reduce(x);
  const value = (quadrant & 1) === 0 ? kernelSin(head, tail) : kernelCos(head, tail);
  return (quadrant & 2) === 0 ? value : -value;
}

/**
 * Cosine of x radians, |x| up to 800,000 to 1 ulp of the reduced angle; NaN beyond. Source: fdlibm.
 */
export function cos(x: number): number {
  const quadrant = reduce(x);
  const value = (quadrant & 1) === 0 ? kernelCos(head, tail) : kernelSin(head, tail);
  return ((quadrant + 1) & 2) === 0 ? value : -value;
}

/** Result register of `reduce`: the angle within a quarter turn, as a sum of two doubles. */
let head = 0;
let tail = 0;

/**
 * Takes multiples of a quarter turn off x, pi/2 in three parts (fdlibm e_rem_pio2.c), and counts
 * them.
 */
function reduce(x: number): number {
  head = x;
  tail = 0;
  if (Math.abs(x) <= 0.7853981633974483) return 0;
  if (!(Math.abs(x) <= 800_000)) {
    head = NaN;
    return 0;
  }
  const n = Math.floor(x * 6.36619772367581382433e-1 + 0.5);
  const first = x - n * 1.57079632673412561417;
  const second = n * 6.0771005063039659766e-11;
  const rest = first - second;
  const third = n * 2.0222662487111664558e-21;
  const lost = first - rest - second;
  const last = rest - third;
  const below = n * 8.47842766036889956997e-32 - (rest - last - third + lost);
  head = last - below;
  tail = last - head - below;
  return n & 3;
}

function kernelSin(x: number, y: number): number {
  const z = x * x;
  const v = z * x;
  const r =
    8.33333333332248946124e-3 +
    z *
      (-1.98412698298579493134e-4 +
        z *
          (2.75573137070700676789e-6 +
            z * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10)));
  return x - (z * (0.5 * y - v * r) - y - v * -1.66666666666666324348e-1);
}

function kernelCos(x: number, y: number): number {
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
  const half = 0.5 * z;
  const w = 1 - half;
  return w + (1 - w - half + (z * r - x * y));
}

/** Hyperbolic tangent: Lambert's continued fraction below 0.35, else 1 - 2 / (exp(2x) + 1). */
export function tanh(x: number): number {
  const size = Math.abs(x);
  if (size > 20) return Math.sign(x);
  if (size >= 0.35) return Math.sign(x) * (1 - 2 / (exp(2 * size) + 1));
  const z = x * x;
  let fraction = 17;
  for (let odd = 15; odd >= 1; odd -= 2) fraction = odd + z / fraction;
  return x / fraction;
}
