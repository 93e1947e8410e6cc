import { weighted } from './distribution.js';
import { invariant } from './invariant.js';
import { log, log1p } from './math.js';
import { unit } from './rng.js';
import { normalCdf, normalPdf } from './special.js';
import { standardNormal } from './ziggurat.js';

/** A distribution of whole numbers: loop counts, batch sizes, fan-outs. */
export type CountDistribution =
  | { readonly kind: 'constant'; readonly value: number }
  /** Every whole number from min to max, both included. */
  | { readonly kind: 'uniform'; readonly min: number; readonly max: number }
  /** 1, 2, 3, ... with success probability 1 / mean; mean >= 1. */
  | { readonly kind: 'geometric'; readonly mean: number }
  /** Weights need not add up to 1. */
  | {
      readonly kind: 'choice';
      readonly branches: readonly { readonly weight: number; readonly value: number }[];
    }
  /** Rounded to the nearest whole number; negative draws count as 0. */
  | { readonly kind: 'normal'; readonly mean: number; readonly sd: number };

/** Largest count a draw can give. */
export const COUNT_MAX = 2_147_483_647;

/** All count distributions of a run, drawn by id. A draw is a pure function of (stream key, lineage, index). */
export class Counts {
  private readonly laws: CountDistribution[] = [];
  /** Value of a constant, -1 for every other law. */
  private readonly fixed: number[] = [];
  /** Cumulative weights of a choice. */
  private readonly reached: Float64Array[] = [];

  /** Compiles a distribution and returns its id. */
  add(d: CountDistribution): number {
    check(d);
    const weights = d.kind === 'choice' ? d.branches.map((branch) => branch.weight) : [];
    this.reached.push(cumulative(weights));
    this.fixed.push(d.kind === 'constant' ? d.value : -1);
    return this.laws.push(d) - 1;
  }

  /** The draw of stream (ka, kb) for lineage (la, lb) and index: a whole number, 0 to COUNT_MAX. */
  drawCount(id: number, ka: number, kb: number, la: number, lb: number, index: number): number {
    const fixed = this.fixed[id];
    if (fixed >= 0) return fixed;
    const d = this.laws[id];
    switch (d.kind) {
      case 'constant':
        return d.value;
      case 'uniform':
        return d.min + Math.floor(unit(ka, kb, la, lb, index) * (d.max - d.min + 1));
      case 'geometric':
        return geometric(d.mean, unit(ka, kb, la, lb, index));
      case 'choice': {
        const reached = this.reached[id];
        const u = unit(ka, kb, la, lb, index);
        let branch = 0;
        // The last cumulative weight is 1, and draws are below 1.
        while (u > reached[branch]) branch++;
        invariant(branch < reached.length, 'a draw chooses one of its counts');
        return d.branches[branch].value;
      }
      case 'normal':
        return whole(d.mean + d.sd * standardNormal(ka, kb, la, lb, index));
    }
  }

  /** Mean of the distribution; for 'normal' before rounding. */
  mean(id: number): number {
    const d = this.laws[id];
    switch (d.kind) {
      case 'constant':
        return d.value;
      case 'uniform':
        return (d.min + d.max) / 2;
      case 'geometric':
        return d.mean;
      case 'choice':
        return weighted(d.branches, (branch) => branch.value);
      case 'normal': {
        if (d.sd === 0) return d.mean;
        const z = d.mean / d.sd;
        return d.mean * normalCdf(z) + d.sd * normalPdf(z);
      }
    }
  }
}

function check(d: CountDistribution): void {
  if (d.kind === 'constant') invariant(isCount(d.value), 'a count is a whole number');
  if (d.kind === 'uniform') {
    invariant(
      isCount(d.min) && isCount(d.max) && d.min <= d.max,
      'the range of a count has whole bounds in order',
    );
  }
  if (d.kind === 'geometric') invariant(d.mean >= 1, 'the mean of a geometric count is at least 1');
  if (d.kind === 'normal') invariant(d.sd >= 0, 'the deviation of a count is not below zero');
  if (d.kind === 'choice') {
    invariant(d.branches.length > 0, 'a count has a choice');
    for (const branch of d.branches) {
      invariant(isCount(branch.value) && branch.weight >= 0, 'a choice of a count has its weight');
    }
  }
}

function isCount(value: number): boolean {
  return value >= 0 && value <= COUNT_MAX && Math.floor(value) === value;
}

function geometric(mean: number, u: number): number {
  if (mean === 1) return 1;
  return Math.min(COUNT_MAX, 1 + Math.floor(log(u) / log1p(-1 / mean)));
}

function whole(value: number): number {
  return Math.min(COUNT_MAX, Math.max(0, Math.floor(value + 0.5)));
}

function cumulative(weights: readonly number[]): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let reached = 0;
  return Float64Array.from(weights, (weight) => (reached += weight) / total);
}
