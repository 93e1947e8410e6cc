import type { VariantSummary } from './result.js';

/**
 * Recovery of the latency of a variant whose requests are slow for clearly longer than they fail: its mean in seconds,
 * `never` if it does not come back in some run; null if it is back with success. `step`: length of the steps in which
 * the latency is judged, seconds.
 */
export function latencyLater(
  { recovery, latencyRecovery }: Pick<VariantSummary, 'recovery' | 'latencyRecovery'>,
  step: number,
): number | 'never' | null {
  if (recovery.never > 0) return null;
  if (latencyRecovery.never > 0) return 'never';
  const later = (latencyRecovery.value ?? 0) - (recovery.value ?? 0);
  return later > 2 * step ? latencyRecovery.value : null;
}
