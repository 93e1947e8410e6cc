import { invariant } from '../../../kernel/invariant.js';
import { isSuccess, type Outcome } from '../../../contracts/outcome.js';
import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import type { RolloutMetric } from '../../../contracts/scenario/rollouts.js';
import { Histogram } from '../../../stats/histogram.js';
import type { Counter, Meters } from '../../data/figures/meters.js';

/** Quantiles by the names of statistics. */
const RANKS: ReadonlyMap<string, number> = new Map([
  ['p50', 0.5],
  ['p90', 0.9],
  ['p95', 0.95],
  ['p99', 0.99],
  ['p999', 0.999],
]);

/** Counters of the answers of a version, and of both versions of a rollout. */
export interface Counters {
  readonly all: Counter;
  readonly own: Counter;
  readonly good: Counter;
}

/** Answers of the instances of one version since the last evaluation. */
export class Tally {
  private good = 0;
  private all = new Histogram();
  private successes = new Histogram();

  /** `counters` are for the results at the end of the run. */
  constructor(
    private readonly meters: Meters,
    private readonly counters: Counters,
  ) {}

  /** Counts an answer to a request that arrived in this measuring cell. */
  answered(outcome: Outcome, latency: Ns, cell: number): void {
    const { meters, counters } = this;
    meters.countIn(counters.all, cell);
    meters.countIn(counters.own, cell);
    this.all.add(latency);
    if (!isSuccess(outcome)) return;
    meters.countIn(counters.good, cell);
    this.good++;
    invariant(this.good <= this.all.count, 'a version has no more successes than answers');
    this.successes.add(latency);
  }

  get samples(): number {
    return this.all.count;
  }

  /** Share, or seconds; NaN without data. */
  value({ name, statistic }: RolloutMetric): number {
    if (name === 'success') return this.good / this.samples;
    const histogram = name === 'latency' ? this.all : this.successes;
    const rank = RANKS.get(statistic);
    if (rank !== undefined) return histogram.quantile(rank) / NS_PER_SECOND;
    const value =
      statistic === 'mean' ? histogram.mean() : statistic === 'min' ? histogram.min : histogram.max;
    return value / NS_PER_SECOND;
  }

  reset(): void {
    this.good = 0;
    this.all = new Histogram();
    this.successes = new Histogram();
  }
}
