import type { Ns } from '../kernel/time.js';
import { policyKind } from '../patterns/registry.js';
import type { PlanSaga } from '../contracts/plan/sagas.js';
import type { Saga } from '../contracts/scenario/sagas.js';
import type { Bundle } from '../contracts/scenario/steps.js';
import type { Target } from '../contracts/scenario/target.js';
import { governing } from './bundles.js';
import type { Layout } from './layout.js';

/** How long an instance can hold the command and the compensation of each step, see PlanSaga. */
export function leasesOf(
  { steps, orchestration }: Saga,
  layout: Layout,
): Pick<PlanSaga, 'leases' | 'undoLeases'> {
  if (orchestration === null) return { leases: [], undoLeases: [] };
  const { leaseNs, detection, compensationPolicy, persistence } = orchestration;
  const caller = layout.byName.get(orchestration.orchestrator)!;
  const leaseOf = (to: Target | null, policy: Bundle | null): Ns | null => {
    const isCounted = leaseNs === null && detection.countsCallLimit && persistence !== null;
    if (!isCounted || to === null) return leaseNs;
    const { parts } = layout.byName.get(to.component)!;
    const callee = parts.find(({ name }) => name === to.part) ?? parts[0]!;
    return limitOf(governing(caller, callee, policy));
  };
  return {
    leases: steps.map(({ call, policy }) => leaseOf(call, policy)),
    undoLeases: steps.map(({ compensation }) => leaseOf(compensation, compensationPolicy)),
  };
}

/** The time limit around all tries of a call; null = it has none. */
function limitOf({ layers }: Bundle): Ns | null {
  for (const { policy, kind, config } of layers) {
    const { repeats, limits } = policyKind(policy, kind)!;
    const limitNs = limits?.(config) ?? null;
    if (repeats === true || limitNs !== null) return limitNs;
  }
  return null;
}
