import { unit } from '../../src/kernel/rng.js';
import { Histogram } from '../../src/stats/histogram.js';
import { UncertainQuantile } from '../../src/stats/uncertain-quantile.js';

/** The sojourn times of a run of M/M/1 in ns, by Lindley's recursion, with random numbers of its own. */
function station(seed: number, run: number, workMs: number): Histogram {
  const histogram = new Histogram();
  let wait = 0;
  for (let i = 0; i < 2000; i++) {
    const [gap, work] = [0, 1].map((which) => -Math.log(unit(seed, which, run, i, 0)));
    wait = Math.max(0, wait - gap! * 10e6) + work! * workMs * 1e6;
    if (i >= 200) histogram.add(Math.round(wait));
  }
  return histogram;
}

/** Runs of a station; 8 ms of work are 80 % load. */
export function stationRuns(seed: number, runs: number, workMs = 8): readonly Histogram[] {
  return Array.from({ length: runs }, (_, run) => station(seed, run, workMs));
}

/** A quantile of such runs in seconds: of all, of each, and with its error. */
export function stationQuantile(each: readonly Histogram[], p: number) {
  const all = new Histogram();
  for (const run of each) all.merge(run);
  const uncertain = new UncertainQuantile(all, each, p, 1e9);
  return { value: uncertain.estimate, each: each.map((run) => run.quantile(p) / 1e9), uncertain };
}
