import type { Distribution } from '../../kernel/distribution.js';
import { duration } from '../../text/words.js';

/** The middle of a delay, where its distribution names one. */
export function delayWords(distribution: Distribution): string {
  switch (distribution.kind) {
    case 'constant':
      return duration(distribution.valueNs / 1e9);
    case 'lognormal':
      return duration(distribution.medianNs / 1e9);
    case 'exponential':
    case 'normal':
    case 'gamma':
    case 'erlang':
      return duration(distribution.meanNs / 1e9);
    case 'uniform':
      return `${duration(distribution.minNs / 1e9)} to ${duration(distribution.maxNs / 1e9)}`;
    case 'hyperexponential':
    case 'weibull':
    case 'pareto':
    case 'empirical':
    case 'mixture':
      return 'additional';
  }
}
