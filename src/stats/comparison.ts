import { powi } from '../kernel/math.js';
import { holm, type Interval } from './interval.js';
import { isSplit, sameMargin, type Unit } from './margin.js';
import { pairedInterval, pairedP, type Paired } from './paired.js';
import { runsToDecide } from './replications.js';

/** A figure of one variant and of the one that it is compared with. */
export interface Member extends Pick<Paired, 'uncertain' | 'trials'> {
  readonly value: number | null;
  readonly baseValue: number | null;
  /** Runs with the same random numbers, the one compared with first; Infinity means `never`. */
  readonly pairs: readonly (readonly [base: number, other: number])[];
}

/** The figure that a family is about. */
export interface Judged {
  readonly unit: Unit;
  readonly better: 'more' | 'less';
  /** Values to which budgets limit it. */
  readonly limits: readonly number[];
}

/** What the runs show about one member. */
export interface Comparing {
  readonly difference: number | null;
  /** The interval that decides: it excludes 0 if and only if Holm's method finds a difference. Null if all pairs are equal. */
  readonly interval: readonly [number, number] | null;
  /** Confidence of the interval, from 0.95 on; null without one. */
  readonly confidence: number | null;
  /** Adjusted for all members of the family. */
  readonly adjustedP: number | null;
  readonly verdict: 'better' | 'worse' | 'same' | 'unknown';
  /** Difference that is too small to matter, either way. */
  readonly margin: number | null;
  /** Of an undecided member, whether all pairs of runs show the same. */
  readonly leaning?: 'better' | 'worse';
  /** Of an undecided member, the number of replications that would probably decide; null = 1,000 would not. */
  readonly runsToDecide?: number | null;
}

/** Probability that a family in which nothing differs shows a difference, unless another one is given. */
const ERROR = 0.05;

/**
 * Compares the members of a family: one figure of several variants with that of one of them. Holm's method tests the
 * member of rank r (by p) of m with an error of `most` / (m - r), and stops at the first one that it does not find to
 * differ. Each interval has the confidence of the test of its member; those after the stop have that of the stop.
 */
export function compareFamily(
  family: readonly Member[],
  figure: Judged,
  most = ERROR,
): readonly Comparing[] {
  const drafts = family.map(draftOf);
  const tested = drafts.flatMap(({ p }, i) => (p === null ? [] : [{ i, p }]));
  const adjusted = holm(tested.map(({ p }) => p));
  const tests = new Map(tested.map(({ i }, at) => [i, { adjustedP: adjusted[at]!, error: most }]));
  const byP = [...tested].sort((one, two) => one.p - two.p || one.i - two.i);
  let error = most;
  let isStopped = false;
  byP.forEach(({ i, p }, rank) => {
    if (!isStopped) error = most / (byP.length - rank);
    const interval = intervalAt(drafts[i]!, error);
    isStopped ||= interval === null ? p >= error : isAround(interval, 0);
    tests.set(i, { ...tests.get(i)!, error });
  });
  return drafts.map((draft, i) => judged(draft, tests.get(i) ?? null, figure, most));
}

interface Draft extends Member {
  readonly difference: number | null;
  readonly differences: readonly number[];
  /** Not adjusted; null where there are too few pairs. */
  readonly p: number | null;
}

function draftOf(member: Member): Draft {
  const { value, baseValue, pairs } = member;
  const isFinitePairs = pairs.every(([a, b]) => Number.isFinite(a) && Number.isFinite(b));
  const hasScale = value !== null && baseValue !== null && isFinitePairs;
  const difference = hasScale ? value - baseValue : null;
  const differences = isFinitePairs ? pairs.map(([a, b]) => b - a) : [];
  const own = difference === null ? null : pairedP({ ...member, difference, differences });
  const p = own ?? (isFinitePairs ? null : signsP(pairs));
  return { ...member, difference, differences, p };
}

interface Test {
  readonly adjustedP: number;
  readonly error: number;
}

function judged(draft: Draft, test: Test | null, figure: Judged, most: number): Comparing {
  const { difference, baseValue } = draft;
  const margin = baseValue === null ? null : sameMargin(figure.unit, baseValue, figure.limits);
  const adjustedP = test?.adjustedP ?? null;
  const sign = figure.better === 'more' ? 1 : -1;
  const interval = test === null ? null : intervalAt(draft, test.error);
  const common = { difference, interval, margin, adjustedP };
  if (test === null || interval === null) {
    const isFound = test !== null && adjustedP! < most;
    const direction = sign * directionOf(draft);
    if (isFound && direction !== 0)
      return { ...common, confidence: null, verdict: direction > 0 ? 'better' : 'worse' };
    if (difference === 0) return { ...common, confidence: null, verdict: 'same' };
    return { ...common, confidence: null, verdict: 'unknown', ...openOf(draft, test, figure) };
  }
  const confidence = 1 - test.error;
  const isSame =
    margin !== null &&
    interval[0] >= -margin &&
    interval[1] <= margin &&
    !isSplit(draft.value!, baseValue!, figure.limits);
  if (isSame) return { ...common, confidence, verdict: 'same' };
  if (isAround(interval, 0))
    return { ...common, confidence, verdict: 'unknown', ...openOf(draft, test, figure) };
  return { ...common, confidence, verdict: difference! * sign > 0 ? 'better' : 'worse' };
}

/** What an undecided member lacks. */
function openOf(
  draft: Draft,
  test: Test | null,
  { unit, better, limits }: Judged,
): Pick<Comparing, 'leaning' | 'runsToDecide'> {
  if (test === null) return {};
  const direction = (better === 'more' ? 1 : -1) * directionOf(draft);
  const leaning =
    direction === 0 ? {} : { leaning: direction > 0 ? ('better' as const) : ('worse' as const) };
  const { difference, value, baseValue, pairs } = draft;
  if (difference === null) return { ...leaning, runsToDecide: runsOfSigns(draft, test.error) };
  const split = isSplit(value!, baseValue!, limits);
  const margin = split ? 0 : sameMargin(unit, baseValue!, limits);
  const { halfWidth } = foundAt(draft, test.error)!;
  const scale = { n: pairs.length, df: pairs.length - 1, halfWidth, error: test.error };
  return {
    ...leaning,
    runsToDecide: runsToDecide(
      scale,
      (half) => Math.abs(difference) > half || Math.abs(difference) + half <= margin,
    ),
  };
}

/** +1 if the figure is more in each pair, -1 if it is less in each, else 0. */
function directionOf({ pairs }: Member): number {
  if (pairs.length < 2) return 0;
  if (pairs.every(([a, b]) => b > a)) return 1;
  return pairs.every(([a, b]) => b < a) ? -1 : 0;
}

/** Null also where all pairs are equal: their spread of 0 bounds nothing. */
function intervalAt(draft: Draft, error: number): readonly [number, number] | null {
  if (draft.difference === 0 && draft.differences.every((own) => own === 0)) return null;
  const found = foundAt(draft, error);
  return found === null ? null : [found.low, found.high];
}

function foundAt(draft: Draft, error: number): Interval | null {
  const { difference } = draft;
  return difference === null ? null : pairedInterval({ ...draft, difference }, 1 - error);
}

function isAround([low, high]: readonly [number, number], value: number): boolean {
  return low <= value && value <= high;
}

/**
 * p-value of pairs in which some never end: between an end and none there is no scale. If one side ends in every run
 * and the other in none, that has at most the probability 2 / 4^n: of two alike variants at most a quarter of the
 * pairs differ in that direction. Otherwise a sign test, ties left out.
 */
function signsP(pairs: Member['pairs']): number | null {
  let more = 0;
  let less = 0;
  for (const [a, b] of pairs) {
    if (b > a) more++;
    else if (b < a) less++;
  }
  const n = more + less;
  if (n === 0) return pairs.length > 1 ? 1 : null;
  if (isClean(pairs)) return Math.min(1, 2 * powi(0.25, n));
  let tail = 0;
  let ways = 1;
  for (let k = 0; k <= Math.min(more, less); k++) {
    tail += ways;
    ways = (ways * (n - k)) / (k + 1);
  }
  return Math.min(1, 2 * tail * powi(0.5, n));
}

/** Whether one side always ends and the other one never. */
function isClean(pairs: Member['pairs']): boolean {
  return [0, 1].some((never) =>
    pairs.every((pair) => pair[never] === Infinity && pair[1 - never]! < Infinity),
  );
}

/** Fewest pairs that decide if all go on as before; null if they contradict each other. */
function runsOfSigns(draft: Draft, error: number): number | null {
  if (directionOf(draft) === 0) return null;
  const one = isClean(draft.pairs) ? 0.25 : 0.5;
  let n = draft.pairs.length + 1;
  while (2 * powi(one, n) >= error) n++;
  return n;
}
