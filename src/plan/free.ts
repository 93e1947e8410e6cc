import type { Distribution } from '../kernel/distribution.js';

/** True for a distribution that is always 0: what it stands for takes no time and no instruction. */
export function isFree(distribution: Distribution): boolean {
  return distribution.kind === 'constant' && distribution.valueNs === 0;
}
