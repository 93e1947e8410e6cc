/** Maximum number of dimensions of a sequence. */
export const SOBOL_DIMENSIONS = 10;

/**
 * Degree, coefficients and first direction numbers of each dimension but the first. Source: S. Joe and
 * F. Y. Kuo, "Constructing Sobol sequences with better two-dimensional projections" (SIAM J. Sci. Comput. 30,
 * 2008), file new-joe-kuo-6.21201.
 */
const PRIMITIVE: readonly (readonly [degree: number, a: number, m: readonly number[]])[] = [
  [1, 0, [1]],
  [2, 1, [1, 3]],
  [3, 1, [1, 3, 1]],
  [3, 2, [1, 1, 1]],
  [4, 1, [1, 1, 3, 3]],
  [4, 4, [1, 3, 5, 13]],
  [5, 2, [1, 1, 5, 5, 17]],
  [5, 4, [1, 1, 5, 5, 5]],
  [5, 7, [1, 1, 7, 11, 19]],
];
const BITS = 32;

/**
 * One coordinate, in (0, 1), of the point `index` (from 0) in one dimension (from 0) of the Sobol' sequence. Of any
 * 2^k consecutive points that begin at a multiple of 2^k, each of 2^k equal parts of the interval contains one.
 * `shift` (int32) moves all points of a dimension by exclusive or and keeps this property.
 */
export function sobol(index: number, dimension: number, shift: number): number {
  const directions = directionsOf(dimension);
  let bits = shift | 0;
  // Binary order, not Gray code: a point does not depend on the one before it.
  for (let bit = 0, rest = index; rest > 0; bit++, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) bits ^= directions[bit]!;
  }
  return ((bits >>> 0) + 0.5) / 4294967296;
}

/** Direction numbers of a dimension, the highest bit first. */
function directionsOf(dimension: number): Int32Array {
  const directions = new Int32Array(BITS);
  if (dimension === 0) {
    for (let bit = 0; bit < BITS; bit++) directions[bit] = 1 << (BITS - 1 - bit);
    return directions;
  }
  const [degree, a, first] = PRIMITIVE[dimension - 1]!;
  for (let bit = 0; bit < BITS; bit++) {
    if (bit < degree) {
      directions[bit] = first[bit]! << (BITS - 1 - bit);
      continue;
    }
    const before = directions[bit - degree]!;
    let value = before ^ (before >>> degree);
    for (let k = 1; k < degree; k++) {
      if (((a >> (degree - 1 - k)) & 1) === 1) value ^= directions[bit - k]!;
    }
    directions[bit] = value;
  }
  return directions;
}
