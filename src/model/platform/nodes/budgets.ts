import { neededOf, type DisruptionBudget } from '../../../contracts/scenario/nodes.js';
import type { Instance } from '../../data/instances/instance.js';

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

function isReady({ phase, unready }: Instance): boolean {
  return phase === 'up' && !unready;
}
