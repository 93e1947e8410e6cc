import type { Distribution } from '../../kernel/distribution.js';
import { formatSeconds } from '../../text/figures.js';

/** A delay in words: its median or mean, the range of a uniform one, `additional` for other kinds. */
export function delayWords(distribution: Distribution): string {
  switch (distribution.kind) {
    case 'constant':
      return formatSeconds(distribution.valueNs / 1e9);
    case 'lognormal':
      return formatSeconds(distribution.medianNs / 1e9);
    case 'exponential':
    case 'normal':
    case 'gamma':
    case 'erlang':
      return formatSeconds(distribution.meanNs / 1e9);
    case 'uniform':
      return `${formatSeconds(distribution.minNs / 1e9)} to ${formatSeconds(distribution.maxNs / 1e9)}`;
    case 'hyperexponential':
    case 'weibull':
    case 'pareto':
    case 'empirical':
    case 'mixture':
      return 'additional';
  }
}
