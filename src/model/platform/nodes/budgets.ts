import type { DisruptionBudget } from '../../../contracts/scenario/nodes.js';
import type { Instance } from '../../data/instances/instance.js';

/** Absorbs the rounding errors of decimal fractions. */
const ROUNDING = 1e-9;

/**
 * Whether the eviction API may end an instance now (kubernetes pkg/registry/core/pod/storage/eviction.go): it counts
 * the ready instances of the component. An instance that runs and is not ready may go as long as enough others are
 * ready (unhealthyPodEvictionPolicy IfHealthyBudget).
 */
export function mayEvict(
  budget: DisruptionBudget | null,
  own: readonly Instance[],
  instance: Instance,
): boolean {
  if (budget === null || instance.phase !== 'up') return true;
  const ready = own.filter(isReady).length;
  const wanted = own.filter(({ absent }) => !absent).length;
  const needed = neededOf(budget, wanted);
  if (!isReady(instance)) return ready > 0 && ready >= needed;
  return ready - 1 >= needed;
}

/** Number of ready instances that a budget keeps. */
function neededOf({ keeps, amount }: DisruptionBudget, wanted: number): number {
  const count = 'count' in amount ? amount.count : Math.ceil(wanted * amount.share - ROUNDING);
  return keeps === 'minAvailable' ? count : Math.max(0, wanted - count);
}

function isReady({ phase, unready }: Instance): boolean {
  return phase === 'up' && !unready;
}
