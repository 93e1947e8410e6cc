import type { Plan } from '../../contracts/plan/plan.js';

/**
 * Everything that decides which requests users send: the workloads of a variant, and the faults that change their
 * load. Variants with equal keys are offered the same requests; closed workloads send theirs as fast as they are served.
 */
export function loadKey(plan: Plan): string {
  const loads = plan.loads.map(({ component, arrivals, startNs, stopNs, weights }) => {
    const { name } = plan.components[component];
    const requests = plan.parts.filter((part) => part.component === component);
    const names = requests.map((part) => part.name);
    return JSON.stringify([name, arrivals, startNs, stopNs, [...weights], names]);
  });
  const faults = plan.faults
    .filter((fault) => fault.loads.length > 0)
    .map(({ kind, config, loads: hit, spans, share, when }) => {
      const names = hit.map((load) => plan.components[plan.loads[load].component].name);
      return JSON.stringify([kind, config, names, spans, share, when]);
    });
  return JSON.stringify([loads.sort(), faults.sort()]);
}
