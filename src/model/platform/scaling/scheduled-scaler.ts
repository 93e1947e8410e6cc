import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import type { PlanScaler } from '../../../contracts/plan/autoscaling.js';
import { isFrozen, type Scaler, type ScalerPlace } from './scaler-place.js';

/** Changes of the number of replicas at fixed times; an action during a freeze is lost. */
export class ScheduledScaler implements Scaler<'scheduled'> {
  private readonly op: number;

  constructor(private readonly place: ScalerPlace<'scheduled'>) {
    const { run, name, spec } = place;
    this.op = engine.define(`autoscaler/${name}`, (action) => this.act(action));
    spec.actions.forEach(({ atNs }, action) => {
      engine.at(run.plan.warmupNs + atNs, PHASE.TIMER, this.op, action, 0, 0);
    });
  }

  configure(spec: PlanScaler<'scheduled'>): void {
    this.place.spec = spec;
  }

  private act(action: number): void {
    const { spec, own, set } = this.place;
    const { replicas, min, max } = spec.actions[action];
    if (spec.everyNs !== null) {
      engine.at(engine.now + spec.everyNs, PHASE.TIMER, this.op, action, 0, 0);
    }
    if (isFrozen(own)) return;
    const bounded = Math.min(max ?? Infinity, Math.max(min ?? 0, set.wanted));
    set.scaleTo(replicas ?? bounded);
  }
}
