import { invariant } from '../../kernel/invariant.js';
import { Driver } from './sagas/driver.js';
import { Ledger } from './sagas/ledger.js';
import { markOf, type Watched } from './sagas/marks.js';
import type { ActsOf, Building } from './kind.js';

/** Sagas, orchestrated or choreographed. */
export function sagas(world: Building): ActsOf<'saga' | 'command' | 'mark'> {
  const plans = world.plan.sagas;
  const watched = plans.map((plan): Watched => ({
    ledger: new Ledger(world, plan),
    choreographed: plan.spec.choreography !== null,
  }));
  const drivers = plans.map((plan, index) =>
    plan.spec.orchestration === null ? null : new Driver(world, plan, watched[index].ledger),
  );
  const driverOf = (saga: number): Driver => {
    const driver = drivers[saga];
    invariant(driver !== null, 'an orchestrated saga has a driver');
    return driver!;
  };
  return {
    saga: (spec) => driverOf(spec.saga).startOf(spec),
    command: (spec) => driverOf(spec.saga).actOf(spec),
    mark: (spec) => markOf(spec, watched),
  };
}
