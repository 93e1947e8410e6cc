import { invariant } from '../../kernel/invariant.js';
import type { PlanSagaCommand, PlanSagaMark, PlanSagaStart } from '../../spec/plan/sagas.js';
import type { BackgroundRun } from '../processes/background-run.js';
import type { Act } from '../acts.js';
import { Driver } from './driver.js';
import { Ledger } from './ledger.js';
import type { Watched } from './marks.js';
import { markOf } from './marks.js';

/** All sagas of a run, and the acts of their steps. */
export class Sagas {
  private readonly watched: readonly Watched[];
  private readonly drivers: readonly (Driver | null)[];

  constructor(world: BackgroundRun) {
    const { sagas } = world.plan;
    this.watched = sagas.map((plan) => ({
      ledger: new Ledger(world, plan),
      choreographed: plan.spec.choreography !== null,
    }));
    this.drivers = sagas.map((plan, index) =>
      plan.spec.orchestration === null ? null : new Driver(world, plan, this.watched[index].ledger),
    );
  }

  actOf(spec: PlanSagaStart | PlanSagaCommand | PlanSagaMark): Act {
    if (spec.act === 'mark') return markOf(spec, this.watched);
    const driver = this.drivers[spec.saga];
    invariant(driver !== null, 'saga-without-orchestrator');
    return spec.act === 'saga' ? driver!.startOf(spec) : driver!.actOf(spec);
  }
}
