/**
 * Whether at least `u` of `n` claims are true, although some may seem true by chance. `count(part)` returns how many
 * claims hold when each is tested with that fraction of the total error probability. The answer is wrong with at most
 * that total probability.
 *
 * Source: Benjamini and Heller 2008, Screening for partial conjunction hypotheses, with the bounds of Simes, which
 * hold for independent claims and under positive dependence: u of n are true if, for some i >= u, i of them hold with
 * (i - u + 1) / (n - u + 1) of the error. Only i = u, u + 1, u + 3, u + 7 ... are checked.
 */
export function atLeast(u: number, n: number, count: (part: number) => number): boolean {
  const most = n - u + 1;
  for (let extra = 1; extra <= most; extra *= 2) {
    if (count(extra / most) >= u + extra - 1) return true;
  }
  return false;
}
