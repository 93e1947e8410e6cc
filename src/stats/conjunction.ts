/**
 * Whether at least `u` of `n` claims hold, of which some seem to by chance. `count(part)` tells how many stand
 * when each is tested with that part of the error that is allowed in all; the answer is wrong with no more
 * than that error.
 *
 * Source: Benjamini and Heller 2008, Screening for partial conjunction hypotheses, with the bounds of Simes,
 * which hold for independent claims and under positive dependence: u of n stand where, for some i >= u, i of them
 * do with (i - u + 1) / (n - u + 1) of the error. Only i = u, u + 1, u + 3, u + 7 ... are looked at.
 */
export function atLeast(u: number, n: number, count: (part: number) => number): boolean {
  const most = n - u + 1;
  for (let extra = 1; extra <= most; extra *= 2) {
    if (count(extra / most) >= u + extra - 1) return true;
  }
  return false;
}
