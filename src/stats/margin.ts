/** Units in which differences are judged. */
export type Unit = 'seconds' | 'perSecond' | 'share' | 'number';

/** Share of the rarer outcome, and of a value of another unit, by which two figures may differ and still be the same. */
const OF_RARER = 0.1;
const OF_VALUE = 0.01;
const LEAST = { seconds: 1e-4, perSecond: 0.01, share: 1e-4, number: 0.01 } as const;
/** Most that shares may differ: one point. */
const MOST_SHARE = 0.01;

/** Part of a latency by which a change must move it to be better or worse. */
const OF_LATENCY = 0.05;

/**
 * Smallest difference for which a change is better or worse: that of `sameMargin`, and 5 % of a latency. However many runs
 * prove that it is 2 % longer, no change is taken back for it.
 */
export function matteringMargin(unit: Unit, value: number): number {
  const same = sameMargin(unit, value);
  return unit === 'seconds' ? Math.max(same, OF_LATENCY * Math.abs(value)) : same;
}

/**
 * Largest difference from a value that is no difference. A share is judged by its rarer side, because 99.91 % and 99.1 %
 * are nine times the failures: a tenth of it, from 0.01 to 1 point. A limit that budgets set to the share narrows this to
 * a tenth of what the limit allows. Other figures may differ by 1 %.
 */
export function sameMargin(unit: Unit, value: number, limits: readonly number[] = []): number {
  if (unit !== 'share') return Math.max(OF_VALUE * Math.abs(value), LEAST[unit]);
  const room = (share: number): number => OF_RARER * Math.max(0, Math.min(share, 1 - share));
  const inside = limits.filter((limit) => limit > 0 && limit < 1).map(room);
  return Math.max(LEAST.share, Math.min(MOST_SHARE, room(value), ...inside));
}

/** Whether a limit is between two values, or at one of them: a budget may accept one and not the other. */
export function isSplit(one: number, other: number, limits: readonly number[]): boolean {
  const [low, high] = one < other ? [one, other] : [other, one];
  return low < high && limits.some((limit) => low <= limit && limit <= high);
}
