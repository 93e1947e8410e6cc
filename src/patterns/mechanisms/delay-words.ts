import type { Distribution } from '../../kernel/distribution.js';
import { formatSeconds } from '../../text/figures.js';

/** The typical value of a delay, if its distribution states one. */
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
