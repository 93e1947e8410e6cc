import { PARALLEL_SHARE, type Row } from './items.js';

/** Most variants of an endpoint. */
const VARIANTS_MAX = 8;
/** Executions that a variant has at least, and share of all. */
const LEAST = 10;
const LEAST_SHARE = 0.02;
/** Executions below which nothing is split: two orders by chance are no variants. */
const SPLIT_LEAST = 60;
/** Correlation of two calls (phi) from which they belong together, or exclude each other. */
const TIED = 0.5;
/** Parts that are compared: the most frequent ones. */
const PARTS_MAX = 64;

/** First calls of an execution by part. */
type Firsts = ReadonlyMap<number, readonly [start: number, end: number]>;

interface Seen {
  readonly row: Row;
  readonly firsts: Firsts;
}

/** Which of two groups an execution shows itself to be in; null = neither. */
type Side = (one: Seen) => 0 | 1 | null;

/**
 * Groups of executions that do different things: the pages that one route serves, the cases of one handler. Two calls that
 * follow each other, sometimes in one order and sometimes in the other, do not overlap, so they are not parallel: each order
 * is a variant. Calls that come together or exclude each other are the sign of another one. The split with the most evidence
 * comes first, and each group is split again. The largest group comes first; a group keeps the order of its executions.
 */
export function variantsOf(rows: readonly Row[]): readonly (readonly Row[])[] {
  const all = rows.map((row): Seen => ({ row, firsts: firstsOf(row) }));
  const least = Math.max(LEAST, LEAST_SHARE * rows.length);
  const groups: (readonly Seen[])[] = [all];
  const done: (readonly Seen[])[] = [];
  while (groups.length > 0) {
    const group = groups.shift()!;
    const isFull = groups.length + done.length + 2 > VARIANTS_MAX;
    const parts = isFull ? null : split(group, least);
    if (parts === null) done.push(group);
    else groups.push(...parts);
  }
  done.sort((a, b) => b.length - a.length);
  return done.map((group) => group.map(({ row }) => row));
}

function firstsOf({ items }: Row): Firsts {
  const firsts = new Map<number, readonly [number, number]>();
  for (const { key, start, end } of items) if (!firsts.has(key)) firsts.set(key, [start, end]);
  return firsts;
}

/** The two groups of the best split; null if there is none. */
function split(group: readonly Seen[], least: number): readonly (readonly Seen[])[] | null {
  // A failed execution shows a part of what it would have done.
  const whole = group.filter(({ row }) => !row.execution.isFailed);
  if (whole.length < Math.max(SPLIT_LEAST, 2 * least)) return null;
  const parts = commonParts(whole);
  for (const side of [orderSplit(whole, parts, least), tiedSplit(whole, parts, least)]) {
    if (side === null) continue;
    const halves = divided(group, parts, side);
    if (halves.every((half) => half.length >= least)) return halves;
  }
  return null;
}

function commonParts(whole: readonly Seen[]): readonly number[] {
  const counts = new Map<number, number>();
  for (const { firsts } of whole)
    for (const part of firsts.keys()) counts.set(part, (counts.get(part) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return sorted.slice(0, PARTS_MAX).map(([part]) => part);
}

/** By the pair of calls that most often follow each other both ways, without an overlap. */
function orderSplit(whole: readonly Seen[], parts: readonly number[], least: number): Side | null {
  let most = 0;
  let best: Side | null = null;
  eachPair(parts, (a, b) => {
    const before = (one: Seen): 0 | 1 | null => orderIn(one, a, b);
    const counts = [0, 0];
    let both = 0;
    for (const one of whole) {
      if (!one.firsts.has(a) || !one.firsts.has(b)) continue;
      both++;
      const side = before(one);
      if (side !== null) counts[side]++;
    }
    const overlaps = both - counts[0] - counts[1];
    const fewer = Math.min(counts[0], counts[1]);
    const isMixed = fewer >= least && fewer > PARALLEL_SHARE * both;
    if (!isMixed || overlaps > PARALLEL_SHARE * both || fewer <= most) return;
    most = fewer;
    best = before;
  });
  return best;
}

/** 0 = `a` ends before `b` starts, 1 = the other way round, null = they overlap or one is lacking. */
function orderIn({ firsts }: Seen, a: number, b: number): 0 | 1 | null {
  const one = firsts.get(a);
  const other = firsts.get(b);
  if (one === undefined || other === undefined) return null;
  return one[1] <= other[0] ? 0 : other[1] <= one[0] ? 1 : null;
}

/** By the presence of the call that is tied the most to another one. */
function tiedSplit(whole: readonly Seen[], parts: readonly number[], least: number): Side | null {
  const n = whole.length;
  const counts = parts.map((part) => whole.filter(({ firsts }) => firsts.has(part)).length);
  const open = parts.filter((_, k) => counts[k] >= least && n - counts[k] >= least);
  let most = TIED;
  let best: Side | null = null;
  eachPair(open, (a, b) => {
    const both = whole.filter(({ firsts }) => firsts.has(a) && firsts.has(b)).length;
    const [ofA, ofB] = [a, b].map((part) => counts[parts.indexOf(part)] / n);
    const phi = (both / n - ofA * ofB) / Math.sqrt(ofA * (1 - ofA) * ofB * (1 - ofB));
    if (Math.abs(phi) <= most) return;
    most = Math.abs(phi);
    best = ({ firsts }) => (firsts.has(a) ? 0 : 1);
  });
  return best;
}

function eachPair(parts: readonly number[], visit: (a: number, b: number) => void): void {
  parts.forEach((a, k) => {
    for (const b of parts.slice(k + 1)) visit(a, b);
  });
}

/** Executions that do not show their side go to the group whose calls are the nearest to theirs. */
function divided(
  group: readonly Seen[],
  parts: readonly number[],
  side: Side,
): readonly (readonly Seen[])[] {
  const sides = group.map(side);
  const middles = [0, 1].map((own) => {
    const members = group.filter(({ row }, k) => sides[k] === own && !row.execution.isFailed);
    return parts.map(
      (part) => members.filter(({ firsts }) => firsts.has(part)).length / members.length,
    );
  });
  const distance = ({ firsts }: Seen, own: 0 | 1): number =>
    parts.reduce((sum, part, k) => {
      const gap = (firsts.has(part) ? 1 : 0) - middles[own][k];
      return sum + gap * gap;
    }, 0);
  const placed = group.map((one, k) => sides[k] ?? (distance(one, 0) <= distance(one, 1) ? 0 : 1));
  return [0, 1].map((own) => group.filter((_, k) => placed[k] === own));
}
