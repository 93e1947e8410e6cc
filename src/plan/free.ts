import type { Distribution } from '../kernel/distribution.js';

/** Whether a distribution is always 0. Then no instruction is written for it. */
export function isFree(distribution: Distribution): boolean {
  return distribution.kind === 'constant' && distribution.valueNs === 0;
}
