import seedrandom from 'seedrandom';

/** Key of a random stream: two int32 words derived from the seed, the replication and the stream's name. */
export interface StreamKey {
  readonly a: number;
  readonly b: number;
}

/** A number for a lineage: 21 bits of one word and 32 of the other fit a double exactly. */
export function lineageNumber(a: number, b: number): number {
  return (a & 0x1fffff) * 4294967296 + (b >>> 0);
}

/** A place from 0 to `count` - 1 for a value: the same in every run, spread evenly. */
export function placeOfValue(value: number, count: number): number {
  if (count === 1) return 0;
  const x = Math.imul(hashOf(value, Math.floor(value / 4294967296)), 0x297a2d39);
  return ((x ^ (x >>> 16)) >>> 0) % count;
}

/** A hash of two words, for tables. */
export function hashOf(a: number, b: number): number {
  let x = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  return x ^ (x >>> 13);
}

/** Result register of `derive`: read both words before the next call. */
export const lineage = { a: 0, b: 0 };

/**
 * Key of the stream with this name, e.g. `orders.create/work#0`. Adding a stream shifts no other one. Call it only when
 * a run is assembled: seeding takes 12 us.
 */
export function streamKey(seed: number, replication: number, name: string): StreamKey {
  const source = seedrandom(`${seed}/${replication}/${name}`);
  return { a: source.int32(), b: source.int32() };
}

/**
 * Writes the child of the lineage (a, b) with this tag to `lineage`: root = (workload, arrival), then call, attempt,
 * branch, message. The same parent and tag give the same child in every variant of a scenario.
 */
export function derive(a: number, b: number, tag: number): void {
  let x = a ^ Math.imul(tag, 0x85ebca6b);
  let y = (b | 0) + Math.imul(tag ^ (tag >>> 16), 0x27d4eb2f);
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  y = Math.imul((y ^ (y >>> 16)) + x, 0x297a2d39);
  x = Math.imul(x ^ (y >>> 15), 0x9e3779b1);
  y = Math.imul(y ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15) ^ y, 0x846ca68b);
  lineage.a = x ^ (x >>> 16);
  lineage.b = ((y ^ (y >>> 15)) + x) | 0;
}

/**
 * The draw of stream (ka, kb) for lineage (la, lb) and index: an odd multiple of 2^-53 in (0, 1), uniform. It is a pure
 * function of its arguments, so two variants see the same random numbers however many draws came before. All arguments
 * are int32.
 */
export function unit(ka: number, kb: number, la: number, lb: number, index: number): number {
  mix(ka, kb, la, lb, index);
  return unitOf(mixed.x, mixed.y);
}

/** The number in (0, 1) that `unit` makes of the two words of a draw. */
export function unitOf(x: number, y: number): number {
  // 52 random bits and a constant half below them: never 0, never 1.
  return ((x >>> 6) * 67108864 + (y >>> 6) + 0.5) * 2.220446049250313e-16;
}

/** Words that every draw takes in: 0 unless a run has turned. A constant object, so that reading them costs no look-up. */
const turned = { a: 0, b: 0 };

/**
 * From now on every draw has another value: a run that turns at an instant is another future of the same state. A run
 * that does not turn keeps its draws. `turn(0, 0)` restores them.
 */
export function turn(a: number, b: number): void {
  turned.a = a;
  turned.b = b;
}

/** `unit` where it stands for what something is, such as the place of a key on a ring: it never turns. */
export function fixedUnit(ka: number, kb: number, la: number, lb: number, index: number): number {
  return unit(ka ^ turned.a, (kb - turned.b) | 0, la, lb, index);
}

/** Result register of `mix`: the words of a draw, int32; read both before the next draw. */
export const mixed = { x: 0, y: 0 };

/**
 * Writes the bits of `unit`'s number to `mixed`, the upper 26 of both words, for callers that need them for another
 * purpose.
 */
export function mix(ka: number, kb: number, la: number, lb: number, index: number): void {
  // The low word of the lineage enters both halves; otherwise key + 1 would collide with lineage - 1. `| 0` tells the
  // compiler that the sum is an int32, or it would add doubles.
  let x =
    ((((la ^ ka ^ turned.a) + Math.imul(index, 0x9e3779b1)) | 0) + Math.imul(lb, 0x297a2d39)) | 0;
  let y = (((lb | 0) + (kb | 0) + turned.b) | 0) ^ Math.imul(index ^ (index >>> 16), 0x85ebca77);
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  y = Math.imul((y ^ (y >>> 15)) + x, 0x846ca68b);
  x = Math.imul(x ^ (y >>> 16), 0xc2b2ae3d);
  y = Math.imul(y ^ (x >>> 15), 0x27d4eb2f);
  x = Math.imul(x ^ (x >>> 16) ^ y, 0x2c1b3c6d);
  mixed.y = ((y ^ (y >>> 16)) + x) | 0;
  mixed.x = x ^ (x >>> 15);
}
