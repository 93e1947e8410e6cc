import type { Distribution } from '../../kernel/distribution.js';

/** A distribution with all its times multiplied by a factor >= 0, to ramp a delay. */
export function scaled(of: Distribution, factor: number): Distribution {
  switch (of.kind) {
    case 'constant':
      return { ...of, valueNs: Math.round(of.valueNs * factor) };
    case 'exponential':
    case 'erlang':
    case 'gamma':
      return { ...of, meanNs: of.meanNs * factor };
    case 'uniform':
      return { ...of, minNs: of.minNs * factor, maxNs: of.maxNs * factor };
    case 'normal':
      return { ...of, meanNs: of.meanNs * factor, sdNs: of.sdNs * factor };
    case 'lognormal':
      return { ...of, medianNs: of.medianNs * factor };
    case 'weibull':
      return { ...of, scaleNs: of.scaleNs * factor };
    case 'pareto':
      return {
        ...of,
        minNs: of.minNs * factor,
        maxNs: of.maxNs === null ? null : of.maxNs * factor,
      };
    case 'empirical':
      return { ...of, valuesNs: of.valuesNs.map((value) => value * factor) };
    case 'hyperexponential':
      return {
        ...of,
        branches: of.branches.map((branch) => ({ ...branch, meanNs: branch.meanNs * factor })),
      };
    case 'mixture':
      return {
        ...of,
        branches: of.branches.map((branch) => ({ ...branch, of: scaled(branch.of, factor) })),
      };
  }
}
