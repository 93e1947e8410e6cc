import type { PlanFunction } from '../../../contracts/plan/functions.js';
import type { Placer } from '../../resources/picking/placer.js';
import type { ActRun } from '../../data/run.js';
import { Environments } from './environments.js';
import { EnvironmentCores } from './environment-cores.js';
import { Account, type Host } from './host.js';
import { Pods } from './pods.js';

interface FunctionParts extends ActRun {
  readonly picks: { readonly placers: Map<number, Placer> };
}

/** Creates all functions of a run. Those with several instances pick the instance for each call. */
export function createFunctions(world: FunctionParts): readonly Host[] {
  const { functions, components } = world.plan;
  const accountOf = ({ limit, spec }: PlanFunction): Account => new Account(limit, spec.callRate);
  let shared: Account | null = null;
  const hosts = functions.map((plan) => {
    const { autoscaler } = plan.spec;
    const own =
      autoscaler === null
        ? new Environments(
            world,
            plan,
            plan.isShared ? (shared ??= accountOf(plan)) : accountOf(plan),
          )
        : new Pods(world, plan, autoscaler);
    setCores(world, plan, own);
    return own;
  });
  for (const own of hosts) {
    world.leaseOwners.set(own.component, own);
    if (components[own.component].instances > 1) world.picks.placers.set(own.component, own);
  }
  return hosts;
}

function setCores(world: ActRun, { component, spec }: PlanFunction, own: Host): void {
  if (spec.cores === Infinity) return;
  const { firstInstance, instances } = world.plan.components[component];
  const of = (strand: number): number => own.environmentOf(strand);
  for (const instance of world.instances.slice(firstInstance, firstInstance + instances)) {
    instance.cores = new EnvironmentCores(world, instance.cores, spec.cores, of);
  }
}
