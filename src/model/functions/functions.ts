import type { PlanFunction } from '../../spec/plan/functions.js';
import type { Act } from '../acts.js';
import type { ActRun } from '../programs/interpreter-port.js';
import { Environments } from './environments.js';
import { EnvironmentCores } from './environment-cores.js';
import type { Host } from './host.js';
import { Pods } from './pods.js';

/** All functions of a run. */
export class Functions {
  private readonly list: readonly Host[];
  /** By component: the functions with several instances; null = none. */
  readonly spread: ReadonlyMap<number, Host> | null;

  constructor(world: ActRun) {
    const account = { running: 0 };
    this.list = world.plan.functions.map((plan) => {
      const { autoscaler } = plan.spec;
      const own =
        autoscaler === null
          ? new Environments(world, plan, plan.isShared ? account : { running: 0 })
          : new Pods(world, plan, autoscaler);
      setCores(world, plan, own);
      return own;
    });
    for (const own of this.list) world.leaseOwners.set(own.component, own);
    const { components } = world.plan;
    const spread = this.list.filter(({ component }) => components[component].instances > 1);
    this.spread = spread.length === 0 ? null : new Map(spread.map((own) => [own.component, own]));
  }

  /** The first step of every request of a function. */
  act(fn: number): Act {
    const own = this.list[fn];
    return { begin: (strand) => own.begin(strand), left: (strand) => own.abandoned(strand) };
  }
}

function setCores(world: ActRun, { component, spec }: PlanFunction, own: Host): void {
  if (spec.cores === Infinity) return;
  const { firstInstance, instances } = world.plan.components[component];
  const of = (strand: number): number => own.environmentOf(strand);
  for (const instance of world.instances.slice(firstInstance, firstInstance + instances)) {
    instance.cores = new EnvironmentCores(world, instance.cores, spec.cores, of);
  }
}
