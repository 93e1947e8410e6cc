/** Quantile of the normal distribution above which a trend is more than chance: 1 %, one-sided. */
const SURE = 2.326;
/** The level usually required of a trend: 5 %, one-sided. */
const LIKELY = 1.645;
/** Part of its first third by which a series must fall to count as falling. */
const FALL = 0.05;

/** Upward trend by Mann-Kendall: more rising than falling pairs, by more than 1.645 sigma. */
export function isRising(values: readonly number[]): boolean {
  return trendOf(values) > LIKELY;
}

/** Whether a series falls: by Mann-Kendall, and by at least 5 % from its first third to its last. */
export function isFalling(values: readonly number[]): boolean {
  if (values.length < 4) return false;
  return trendOf(values) < (values.length < 6 ? -LIKELY : -SURE) && fallOf(values) >= FALL;
}

/** Share by which the mean of the last third is below that of the first third. */
export function fallOf(values: readonly number[]): number {
  const third = Math.max(1, Math.floor(values.length / 3));
  const first = sumOf(values.slice(0, third));
  return first > 0 ? 1 - sumOf(values.slice(-third)) / first : 0;
}

/** Rising pairs less falling pairs, in sigma. Equal values make it smaller. */
function trendOf(values: readonly number[]): number {
  const n = values.length;
  if (n < 3) return 0;
  let score = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) score += Math.sign(values[j] - values[i]);
  }
  return score / Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
