import { holds, type CompareOp } from '../../contracts/compare.js';
import type { Verdict } from '../../contracts/result/budgets.js';
import type { Interval } from '../../stats/interval.js';
import type { Measured } from '../measure/estimate.js';

export const DEFAULT_CONFIDENCE = 0.95;

/** Rules for judging a value against a limit. */
export interface Judging {
  /** Null = by the point estimate. */
  readonly confidence: number | null;
  /** Share of the error probability that may be spent; absent = all of it. */
  readonly part?: number;
  /** Tolerance: share of the limit by which the value may exceed it. */
  readonly by: number;
}

/** Confidence of the interval that judges a value; null = the point estimate does, as for exact observations. */
export function levelOf(
  { confidence, part = 1 }: Pick<Judging, 'confidence' | 'part'>,
  { kind }: Pick<Measured, 'kind'>,
): number | null {
  if (confidence === null || (kind === 'exact' && confidence === DEFAULT_CONFIDENCE)) return null;
  return part === 1 ? confidence : 1 - (1 - confidence) * part;
}

/**
 * An interval on the right side of the limit passes, one on the wrong side fails, and one across the limit is
 * inconclusive. The point estimate decides without an interval, and for a value that equals a limit of 0 % or 100 %,
 * which it cannot cross. A value beyond the limit by less than `by` of it passes, and so does an interval.
 */
export function judge(
  op: CompareOp,
  value: number,
  limit: number,
  interval: Pick<Interval, 'low' | 'high'> | null,
  by = 0,
): Verdict {
  const verdict = judgeAt(op, value, limit, interval);
  if (by === 0 || verdict === 'pass') return verdict;
  if (op === '==' || op === '!=') {
    const isNear = Math.abs(value - limit) < by * Math.abs(limit);
    return isNear === (op === '==') ? 'pass' : 'fail';
  }
  const room = by * Math.abs(limit);
  const loose = op === '>' || op === '>=' ? limit - room : limit + room;
  const near = verdict === 'fail' ? null : interval;
  return judgeAt(op, value, loose, near) === 'pass' ? 'pass' : verdict;
}

function judgeAt(
  op: CompareOp,
  value: number,
  limit: number,
  interval: Pick<Interval, 'low' | 'high'> | null,
): Verdict {
  const isExactEnd = value === limit && (limit === 0 || limit === 1);
  if (interval === null || isExactEnd || op === '==' || op === '!=') {
    return holds(op, value, limit) ? 'pass' : 'fail';
  }
  const low = holds(op, interval.low, limit);
  const high = holds(op, interval.high, limit);
  if (low && high) return 'pass';
  return low || high ? 'inconclusive' : 'fail';
}

/** Distance to the limit as a share of it, positive on the right side; null if the limit is 0. */
export function marginOf(op: CompareOp, value: number | null, limit: number | null): number | null {
  if (value === null || limit === null || limit === 0) return null;
  const room = op === '>' || op === '>=' ? value - limit : limit - value;
  return room / Math.abs(limit);
}
