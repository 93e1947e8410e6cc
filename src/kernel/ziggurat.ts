import { exp, log } from './math.js';
import { mix, mixed, unit } from './rng.js';

/**
 * Exponential and normal draws by the ziggurat of Marsaglia and Tsang 2000, 256 layers. The portable functions compute
 * the tables. 99 of 100 draws take one uniform number, split into layer, sign and place; the rest continue with
 * sub-draws of the same (stream, lineage, index).
 */
const LAYERS = 256;
const TWO_MINUS_43 = 1.1368683772161603e-13;
const TWO_MINUS_44 = 5.684341886080802e-14;
const NORMAL_EDGE = 3.6541528853610088;
const NORMAL_AREA = 0.00492867323399;
const EXPONENTIAL_EDGE = 7.69711747013104972;
const EXPONENTIAL_AREA = 0.0039496598225815571993;

const normalX = layerEdges(NORMAL_EDGE, NORMAL_AREA, normalShape, (y) => Math.sqrt(-2 * log(y)));
const exponentialX = layerEdges(
  EXPONENTIAL_EDGE,
  EXPONENTIAL_AREA,
  exponentialShape,
  (y) => -log(y),
);
const normalY = normalX.map(normalShape);
const exponentialY = exponentialX.map(exponentialShape);
const normalInner = innerShares(normalX);
const exponentialInner = innerShares(exponentialX);
/** Width of each layer twice, to the right and to the left: the lowest bit of the index selects the sign. */
const normalWidth = new Float64Array(2 * LAYERS);
for (let i = 0; i < 2 * LAYERS; i++) normalWidth[i] = (i & 1 ? -1 : 1) * normalX[i >> 1];

/** Standard normal draw; arguments as for `unit`. */
export function standardNormal(ka: number, kb: number, la: number, lb: number, i: number): number {
  mix(ka, kb, la, lb, i);
  return normalFrom(mixed.x, mixed.y, ka, kb, la, lb, i);
}

/**
 * Standard normal draw from the words that `mix` returns for the other arguments. Layer and place equal those of 512
 * times `unit`, to the last bit, without a conversion from integer to double and back.
 */
export function normalFrom(
  high: number,
  low: number,
  ka: number,
  kb: number,
  la: number,
  lb: number,
  index: number,
): number {
  const layer = high >>> 23;
  const place = (((high & 0x7fffff) >>> 6) * 67108864 + (low >>> 6) + 0.5) * TWO_MINUS_43;
  const x = place * normalWidth[layer];
  if (place < normalInner[layer >> 1]) return x;
  // The plus tells V8 that the result is a number; otherwise both paths would box it.
  return +normalOutside(x, layer, ka, kb, la, lb, index);
}

/** Exponential draw of mean 1 in the same way; layer and place equal those of 256 times `unit`. */
export function exponentialFrom(
  high: number,
  low: number,
  ka: number,
  kb: number,
  la: number,
  lb: number,
  index: number,
): number {
  const layer = high >>> 24;
  const place = (((high & 0xffffff) >>> 6) * 67108864 + (low >>> 6) + 0.5) * TWO_MINUS_44;
  const x = place * exponentialX[layer];
  if (place < exponentialInner[layer]) return x;
  return +exponentialOutside(x, layer, ka, kb, la, lb, index);
}

/** Exponential draw of mean 1; arguments as for `unit`. */
export function standardExponential(
  ka: number,
  kb: number,
  la: number,
  lb: number,
  index: number,
): number {
  mix(ka, kb, la, lb, index);
  return exponentialFrom(mixed.x, mixed.y, ka, kb, la, lb, index);
}

/**
 * The nth further uniform number of the same draw, from a different key, so that it equals no draw of another index.
 */
export function subUnit(
  ka: number,
  kb: number,
  la: number,
  lb: number,
  index: number,
  nth: number,
): number {
  return unit(subKeyA(ka, nth), subKeyB(kb, nth), la, lb, index);
}

/** First key word of the nth sub-draw. */
export function subKeyA(ka: number, nth: number): number {
  return (ka + Math.imul(nth, 0x632be5ab)) | 0;
}

/** Second key word of the nth sub-draw. */
export function subKeyB(kb: number, nth: number): number {
  return (kb + Math.imul(nth, 0x5bd1e995)) | 0;
}

function normalOutside(
  firstX: number,
  firstLayer: number,
  ka: number,
  kb: number,
  la: number,
  lb: number,
  index: number,
): number {
  let x = firstX;
  let layer = firstLayer;
  for (let nth = 1; ;) {
    const row = layer >> 1;
    if (row === 0) {
      const far = normalTail(ka, kb, la, lb, index, nth);
      return (layer & 1) === 1 ? -far : far;
    }
    const height = subUnit(ka, kb, la, lb, index, nth++);
    if (normalY[row] + height * (normalY[row + 1] - normalY[row]) < normalShape(x)) return x;
    const scaled = subUnit(ka, kb, la, lb, index, nth++) * 512;
    layer = scaled | 0;
    x = (scaled - layer) * normalWidth[layer];
    if (scaled - layer < normalInner[layer >> 1]) return x;
  }
}

/** A normal draw beyond the last edge. Source: Marsaglia 1964. */
function normalTail(
  ka: number,
  kb: number,
  la: number,
  lb: number,
  index: number,
  first: number,
): number {
  for (let nth = first; ; nth += 2) {
    const x = -log(subUnit(ka, kb, la, lb, index, nth)) / NORMAL_EDGE;
    const y = -log(subUnit(ka, kb, la, lb, index, nth + 1));
    if (y + y > x * x) return NORMAL_EDGE + x;
  }
}

function exponentialOutside(
  firstX: number,
  firstLayer: number,
  ka: number,
  kb: number,
  la: number,
  lb: number,
  index: number,
): number {
  let x = firstX;
  let layer = firstLayer;
  for (let nth = 1; ;) {
    if (layer === 0) return EXPONENTIAL_EDGE - log(subUnit(ka, kb, la, lb, index, nth));
    const height = subUnit(ka, kb, la, lb, index, nth++);
    const low = exponentialY[layer];
    if (low + height * (exponentialY[layer + 1] - low) < exp(-x)) return x;
    const scaled = subUnit(ka, kb, la, lb, index, nth++) * 256;
    layer = scaled | 0;
    x = (scaled - layer) * exponentialX[layer];
    if (scaled - layer < exponentialInner[layer]) return x;
  }
}

function normalShape(x: number): number {
  return exp(-0.5 * x * x);
}

function exponentialShape(x: number): number {
  return exp(-x);
}

/** Right edges of the layers, from the base (whose width includes the tail) to the top at 0. */
function layerEdges(
  edge: number,
  area: number,
  shape: (x: number) => number,
  inverse: (y: number) => number,
): Float64Array {
  const edges = new Float64Array(LAYERS + 1);
  edges[0] = area / shape(edge);
  edges[1] = edge;
  for (let i = 2; i < LAYERS; i++) edges[i] = inverse(area / edges[i - 1] + shape(edges[i - 1]));
  return edges;
}

/** Share of each layer that is entirely under the curve. */
function innerShares(edges: Float64Array): Float64Array {
  const shares = new Float64Array(LAYERS);
  for (let i = 0; i < LAYERS; i++) shares[i] = edges[i + 1] / edges[i];
  return shares;
}
