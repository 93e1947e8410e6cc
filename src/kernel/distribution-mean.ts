import type { Distribution } from './distribution.js';
import { exp, log, pow } from './math.js';
import { gamma, normalCdf, normalPdf } from './special.js';

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

function weighted<T extends { readonly weight: number }>(
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
