import { listBelow } from '../../reasons.js';
import type { Pods } from './component.js';

/**
 * A Rollout of Argo may have the template of a Deployment (`workloadRef`), which it scales down. Source: argo-rollouts,
 * docs/features/workload-ref.md (spec.workloadRef).
 */
export function withReferences(all: readonly Pods[]): readonly Pods[] {
  const taken = new Set<Pods>();
  const pods = all.map((each): Pods => {
    const reference = each.document.get('spec', 'workloadRef');
    const name = reference?.get('name')?.text();
    const found = all.find(
      (one) => one !== each && one.namespace === each.namespace && one.name === name,
    );
    if (reference === undefined || found === undefined) return each;
    taken.add(found);
    reference.list('the template of this workload counts');
    listBelow(found.document, { 'spec.replicas': 'a Rollout has the pods of this workload' });
    return { ...each, labels: found.labels, pod: found.pod };
  });
  return pods.filter((_, k) => !taken.has(all[k]!));
}
