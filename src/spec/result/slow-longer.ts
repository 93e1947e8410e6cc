import type { VariantSummary } from './result.js';

/** Steps of the timeline by which latency must be back later than success to be reported. */
const STEPS = 2;

/** Whether the requests that succeed after a fault are slow for clearly longer than requests fail; `step` in seconds. */
export function isSlowLonger(
  { recovery, latencyRecovery }: Pick<VariantSummary, 'recovery' | 'latencyRecovery'>,
  step: number,
): boolean {
  const later = (latencyRecovery.value ?? 0) - (recovery.value ?? 0);
  return latencyRecovery.never > 0 || later > STEPS * step;
}
