import { invariant } from './invariant.js';
import { exp, log, log1p, pow } from './math.js';
import { mix, mixed, unit, unitOf } from './rng.js';
import { gamma, normalCdf, normalPdf, normalQuantile } from './special.js';
import { HORIZON_MAX_NS, type Ns } from './time.js';
import { drawGamma, drawNormal, fastExp } from './variates.js';
import { exponentialFrom, normalFrom, standardExponential, subKeyA, subKeyB } from './ziggurat.js';

/**
 * A distribution of durations, all times in ns. Means and quantiles are those of the unrounded law;
 * a draw is rounded to whole ns once.
 */
export type Distribution =
  | { readonly kind: 'constant'; readonly valueNs: Ns }
  | { readonly kind: 'exponential'; readonly meanNs: number }
  | { readonly kind: 'uniform'; readonly minNs: number; readonly maxNs: number }
  /** Truncated at 0: negative draws are repeated, so a large sdNs raises the mean above meanNs. */
  | { readonly kind: 'normal'; readonly meanNs: number; readonly sdNs: number }
  /** medianNs * exp(sigma * Z). */
  | { readonly kind: 'lognormal'; readonly medianNs: number; readonly sigma: number }
  /** cv = standard deviation / mean; the shape is 1 / cv^2. */
  | { readonly kind: 'gamma'; readonly meanNs: number; readonly cv: number }
  | { readonly kind: 'erlang'; readonly k: number; readonly meanNs: number }
  /** One of several exponentials; weights need not add up to 1. */
  | {
      readonly kind: 'hyperexponential';
      readonly branches: readonly { readonly weight: number; readonly meanNs: number }[];
    }
  | { readonly kind: 'weibull'; readonly shape: number; readonly scaleNs: number }
  /** Survival (minNs / x)^shape, cut off and scaled at maxNs unless that is null. */
  | {
      readonly kind: 'pareto';
      readonly shape: number;
      readonly minNs: number;
      readonly maxNs: number | null;
    }
  /** Each value with the same probability. */
  | { readonly kind: 'empirical'; readonly valuesNs: readonly number[] }
  /** Weights need not add up to 1. */
  | {
      readonly kind: 'mixture';
      readonly branches: readonly { readonly weight: number; readonly of: Distribution }[];
    };

/** Lognormal through its median and the quantile `at`: sigma = log(p99 / p50) / 2.326. Needs 0 < p50 <= p99, in ns. */
export function lognormalOfQuantiles(p50Ns: number, upperNs: number, at = 0.99): Distribution {
  invariant(
    p50Ns > 0 && upperNs >= p50Ns,
    'the quantiles of a lognormal distribution are in order',
  );
  return { kind: 'lognormal', medianNs: p50Ns, sigma: log(upperNs / p50Ns) / normalQuantile(at) };
}

/**
 * Lognormal of a mean and the quantile `at`, in ns: log(p99 / mean) = 2.326 sigma - sigma^2 / 2, of which the smaller
 * sigma is meant. Needs 0 < mean <= p99 <= mean * `lognormalReach(at)`.
 */
export function lognormalOfMeanAndQuantile(
  meanNs: number,
  upperNs: number,
  at: number,
): Distribution {
  const z = normalQuantile(at);
  const root = z * z - 2 * log(upperNs / meanNs);
  invariant(meanNs > 0 && upperNs >= meanNs && root >= 0, 'a lognormal distribution reaches there');
  const sigma = z - Math.sqrt(root);
  return { kind: 'lognormal', medianNs: meanNs * exp((-sigma * sigma) / 2), sigma };
}

/** The most that the quantile `at` of a lognormal can be, over its mean: 15.0 for p99, where sigma is 2.326. */
export function lognormalReach(at: number): number {
  const z = normalQuantile(at);
  return exp((z * z) / 2);
}

/** Lognormal of a median in ns and a coefficient of variation: sigma^2 = log(1 + cv^2). */
export function lognormalOfMedian(medianNs: number, cv: number): Distribution {
  invariant(medianNs > 0 && cv >= 0, 'the median of a lognormal distribution is above zero');
  return { kind: 'lognormal', medianNs, sigma: Math.sqrt(log1p(cv * cv)) };
}

/** Lognormal of a mean in ns and a coefficient of variation: sigma^2 = log(1 + cv^2). */
export function lognormalOfMean(meanNs: number, cv: number): Distribution {
  invariant(meanNs > 0 && cv >= 0, 'the mean of a lognormal distribution is above zero');
  const variance = log1p(cv * cv);
  return { kind: 'lognormal', medianNs: meanNs * exp(-variance / 2), sigma: Math.sqrt(variance) };
}

/**
 * Mean of a distribution before rounding, in ns; Infinity for an unbounded Pareto of shape <= 1.
 */
export function meanOf(d: Distribution): number {
  switch (d.kind) {
    case 'constant':
      return d.valueNs;
    case 'exponential':
    case 'gamma':
    case 'erlang':
      return d.meanNs;
    case 'uniform':
      return (d.minNs + d.maxNs) / 2;
    case 'normal': {
      if (d.sdNs === 0) return d.meanNs;
      const z = d.meanNs / d.sdNs;
      return d.meanNs + (d.sdNs * normalPdf(z)) / normalCdf(z);
    }
    case 'lognormal':
      return d.medianNs * exp((d.sigma * d.sigma) / 2);
    case 'hyperexponential':
      return weighted(d.branches, (branch) => branch.meanNs);
    case 'weibull':
      return d.scaleNs * gamma(1 + 1 / d.shape);
    case 'pareto':
      return paretoMean(d.shape, d.minNs, d.maxNs);
    case 'empirical':
      return d.valuesNs.reduce((sum, value) => sum + value, 0) / d.valuesNs.length;
    case 'mixture':
      return weighted(d.branches, (branch) => meanOf(branch.of));
  }
}

/** The mean of a number of branches, by their weights. */
export function weighted<T extends { readonly weight: number }>(
  branches: readonly T[],
  of: (branch: T) => number,
): number {
  let sum = 0;
  let total = 0;
  for (const branch of branches) {
    sum += branch.weight * of(branch);
    total += branch.weight;
  }
  return sum / total;
}

function paretoMean(shape: number, min: number, max: number | null): number {
  if (max === null) return shape > 1 ? (shape * min) / (shape - 1) : Infinity;
  if (max === min) return min;
  const ratio = min / max;
  const inside = 1 - pow(ratio, shape);
  if (shape === 1) return (min * -log(ratio)) / inside;
  return ((shape * min) / (shape - 1)) * ((1 - pow(ratio, shape - 1)) / inside);
}

const CONSTANT = 0;
const EXPONENTIAL = 1;
const LOGNORMAL = 2;
const UNIFORM = 3;
const NORMAL = 4;
const GAMMA = 5;
const WEIBULL = 6;
const PARETO = 7;
const EMPIRICAL = 8;
const MIXTURE = 9;

/** Initial capacity, in distributions. */
const ROOM = 1024;

/**
 * All distributions of a run, compiled to columns and drawn by id. A draw is a pure function of (stream key, lineage,
 * index): a law that needs several uniform numbers changes the key, never the index.
 */
class Samplers {
  private kinds = new Uint8Array(ROOM);
  /** Two or three parameters each, by kind; see `compile`. */
  private first: Float64Array = new Float64Array(ROOM);
  private second: Float64Array = new Float64Array(ROOM);
  private third: Float64Array = new Float64Array(ROOM);
  private count = 0;
  /** By first parameter: sorted values of EMPIRICAL; cumulative weights, then ids of MIXTURE. */
  private readonly tables: Float64Array[] = [];

  /** Removes all distributions before another run. */
  reset(): void {
    this.count = this.tables.length = 0;
  }

  /** Compiles a distribution and returns its id. */
  add(d: Distribution): number {
    const own = this.reserve();
    this.compile(own, d);
    return own;
  }

  /**
   * Compiles a list of distributions. Their ids are consecutive, in list order; the parts of mixtures get the ids after
   * them.
   */
  addAll(list: readonly Distribution[]): void {
    const ids = list.map(() => this.reserve());
    list.forEach((d, place) => this.compile(ids[place], d));
  }

  /** The draw of stream (ka, kb) for lineage (la, lb) and index: whole ns, at least 0. */
  draw(id: number, ka: number, kb: number, la: number, lb: number, index: number): Ns {
    const kind = samplers.kinds[id];
    const p = samplers.first[id];
    if (kind === CONSTANT) return p;
    if (kind > UNIFORM) return wholeNs(samplers.drawOther(id, ka, kb, la, lb, index));
    // A single call of mix for all three laws keeps this small enough for V8 to inline: 37 -> 26 ns per lognormal draw.
    mix(ka, kb, la, lb, index);
    const { x, y } = mixed;
    if (kind === LOGNORMAL) {
      return wholeNs(p * fastExp(samplers.second[id] * normalFrom(x, y, ka, kb, la, lb, index)));
    }
    if (kind === EXPONENTIAL) return wholeNs(p * exponentialFrom(x, y, ka, kb, la, lb, index));
    return wholeNs(p + samplers.second[id] * unitOf(x, y));
  }

  /** The value of a constant distribution, or -1. */
  constantNs(id: number): Ns {
    return this.kinds[id] === CONSTANT ? this.first[id] : -1;
  }

  /** Whether the rest of a draw has the same law as a new one: exponential. */
  isMemoryless(id: number): boolean {
    return this.kinds[id] === EXPONENTIAL;
  }

  private drawOther(
    id: number,
    ka: number,
    kb: number,
    la: number,
    lb: number,
    index: number,
  ): number {
    const p = this.first[id];
    const q = this.second[id];
    switch (this.kinds[id]) {
      case NORMAL:
        return drawNormal(p, q, ka, kb, la, lb, index);
      case GAMMA:
        return q * drawGamma(p, ka, kb, la, lb, index);
      case WEIBULL:
        return p * exp(q * log(standardExponential(ka, kb, la, lb, index)));
      case PARETO:
        return p * exp(q * log(1 - this.third[id] * unit(ka, kb, la, lb, index)));
      case EMPIRICAL: {
        const values = this.tables[p];
        return values[Math.floor(unit(ka, kb, la, lb, index) * values.length)];
      }
      default:
        return this.drawMixture(this.tables[p], ka, kb, la, lb, index);
    }
  }

  private drawMixture(
    table: Float64Array,
    ka: number,
    kb: number,
    la: number,
    lb: number,
    index: number,
  ): number {
    const u = unit(ka, kb, la, lb, index);
    let branch = 0;
    // The last cumulative weight is 1, and draws are below 1.
    while (u > table[branch]) branch++;
    invariant(branch < table.length >> 1, 'a draw chooses one part of its mixture');
    const id = table[(table.length >> 1) + branch];
    return this.draw(id, subKeyA(ka, 1), subKeyB(kb, 1), la, lb, index);
  }

  /** Reserves the next id, with room for it in the columns. */
  private reserve(): number {
    const id = this.count++;
    if (id === this.kinds.length) {
      const kinds = new Uint8Array(id * 2);
      kinds.set(this.kinds);
      this.kinds = kinds;
      this.first = doubled(this.first);
      this.second = doubled(this.second);
      this.third = doubled(this.third);
    }
    return id;
  }

  private compile(id: number, d: Distribution): void {
    switch (d.kind) {
      case 'constant':
        return this.setConstant(id, d.valueNs);
      case 'exponential':
        return this.set(id, EXPONENTIAL, d.meanNs);
      case 'uniform':
        if (d.minNs === d.maxNs) return this.setConstant(id, d.minNs);
        invariant(
          d.minNs >= 0 && d.maxNs > d.minNs,
          'the bounds of a uniform distribution are in order',
        );
        return this.set(id, UNIFORM, d.minNs, d.maxNs - d.minNs);
      case 'normal':
        invariant(
          d.meanNs >= 0 && d.sdNs >= 0,
          'the mean and the deviation of a normal distribution are not below zero',
        );
        if (d.sdNs === 0) return this.setConstant(id, d.meanNs);
        return this.set(id, NORMAL, d.meanNs, d.sdNs);
      case 'lognormal':
        if (d.sigma === 0) return this.setConstant(id, d.medianNs);
        return this.set(id, LOGNORMAL, d.medianNs, d.sigma);
      case 'gamma':
        return this.setGamma(id, 1 / (d.cv * d.cv), d.meanNs);
      case 'erlang':
        return this.setGamma(id, d.k, d.meanNs);
      case 'weibull':
        invariant(d.shape > 0, 'the shape of a Weibull distribution is above zero');
        if (d.shape === 1) return this.set(id, EXPONENTIAL, d.scaleNs);
        return this.set(id, WEIBULL, d.scaleNs, 1 / d.shape);
      case 'pareto': {
        invariant(d.shape > 0 && d.minNs > 0, 'a Pareto distribution has parameters above zero');
        const cut = d.maxNs === null ? 1 : 1 - pow(d.minNs / d.maxNs, d.shape);
        return this.set(id, PARETO, d.minNs, -1 / d.shape, cut);
      }
      case 'empirical':
        invariant(d.valuesNs.length > 0, 'an empirical distribution has values');
        return this.setTable(id, EMPIRICAL, Float64Array.from(d.valuesNs).sort());
      case 'hyperexponential':
        return this.setMixture(
          id,
          d.branches.map((branch) => ({
            weight: branch.weight,
            of: { kind: 'exponential', meanNs: branch.meanNs },
          })),
        );
      case 'mixture':
        return this.setMixture(id, d.branches);
    }
  }

  private set(id: number, kind: number, first: number, second = 0, third = 0): void {
    invariant(
      first >= 0 && first <= HORIZON_MAX_NS,
      'the values of a distribution are within the longest run',
    );
    this.kinds[id] = kind;
    this.first[id] = first;
    this.second[id] = second;
    this.third[id] = third;
  }

  private setConstant(id: number, value: number): void {
    this.set(id, CONSTANT, wholeNs(value));
  }

  private setGamma(id: number, shape: number, mean: number): void {
    if (shape === Infinity) return this.setConstant(id, mean);
    invariant(shape > 0, 'the shape of a gamma distribution is above zero');
    if (shape === 1) return this.set(id, EXPONENTIAL, mean);
    this.set(id, GAMMA, shape, mean / shape);
  }

  private setMixture(
    id: number,
    branches: readonly { readonly weight: number; readonly of: Distribution }[],
  ): void {
    invariant(branches.length > 0, 'a mixture has branches');
    const total = branches.reduce((sum, branch) => sum + branch.weight, 0);
    invariant(total > 0, 'the branches of a mixture have weight');
    const table = new Float64Array(branches.length * 2);
    let reached = 0;
    for (let i = 0; i < branches.length; i++) {
      reached += branches[i].weight;
      table[i] = reached / total;
      table[branches.length + i] = this.add(branches[i].of);
    }
    this.setTable(id, MIXTURE, table);
  }

  private setTable(id: number, kind: number, table: Float64Array): void {
    this.set(id, kind, this.tables.push(table) - 1);
  }
}

/** The distributions of this thread's current run. */
export const samplers = new Samplers();

/** The type that policies receive from `setup`. */
export type { Samplers };

/** Rounds half up to whole ns and caps at the largest possible time. */
function wholeNs(value: number): Ns {
  return value < HORIZON_MAX_NS ? Math.floor(value + 0.5) : HORIZON_MAX_NS;
}

function doubled(column: Float64Array): Float64Array {
  const wider = new Float64Array(column.length * 2);
  wider.set(column);
  return wider;
}
