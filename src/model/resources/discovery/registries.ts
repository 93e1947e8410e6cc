import { invariant } from '../../../kernel/invariant.js';
import type { PlanRegistry } from '../../../contracts/plan/discovery.js';
import type { View } from '../../data/edges/edge.js';
import type { Fleet } from '../../data/instances/fleet.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Run } from '../../data/run.js';
import { ByChecks } from './by-checks.js';
import { ByLeases } from './by-leases.js';
import { ByReadiness } from './by-readiness.js';
import { Entries } from './entries.js';
import { Lists } from './lists.js';
import type { Membership } from './membership.js';

/** What a component that is registered needs during the run. */
interface Place {
  readonly membership: Membership;
  readonly lists: Lists;
}

/** All service registries of a run, with the lists of callers. */
export class Registries {
  private readonly byComponent = new Map<number, Place>();

  constructor(run: Run) {
    for (const spec of run.plan.registries) this.create(run, spec);
  }

  /** Whether callers look up a component. */
  has(component: number): boolean {
    return this.byComponent.has(component);
  }

  /** The list of a caller, for its view of the callee. */
  fleetOf(callee: number, caller: Instance, view: View): Fleet {
    return this.byComponent.get(callee)!.lists.fleetOf(callee, caller, view);
  }

  /** The platform considers an instance ready, or no longer. */
  changed(instance: Instance, isReady: boolean): void {
    this.byComponent.get(instance.component)?.membership.readiness(instance, isReady);
  }

  /** A call goes to an instance whose process is gone. */
  noteStale(callee: number): void {
    this.byComponent.get(callee)?.lists.noteStale(callee);
  }

  private create(run: Run, spec: PlanRegistry): void {
    if (spec.callees.length === 0) return;
    const entries = new Entries(run, spec);
    const membership = membershipOf(run, entries);
    const lists = new Lists(run, entries);
    entries.changed = (instance) => lists.changed(instance);
    entries.watch(
      () => membership.lost(),
      () => membership.back(),
    );
    for (const { component } of spec.callees) {
      invariant(!this.byComponent.has(component), 'a component is in one registry');
      this.byComponent.set(component, { membership, lists });
    }
    for (const instance of entries.members()) {
      instance.residents.push({
        died: () => membership.ended(instance),
        started: () => membership.started(instance),
        closing: () => membership.closing(instance),
      });
    }
  }
}

function membershipOf(run: Run, entries: Entries): Membership {
  const { membership } = entries.spec;
  switch (membership.by) {
    case 'leases':
      return new ByLeases(run, entries, membership);
    case 'checks':
      return new ByChecks(run, entries, membership);
    case 'readiness':
      return new ByReadiness(run, entries);
  }
}
