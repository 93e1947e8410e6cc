import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Ns } from '../../../kernel/time.js';
import type { PlanScaler } from '../../../contracts/plan/autoscaling.js';
import { levels } from '../../data/figures/levels.js';
import { HpaScaler } from './hpa-scaler.js';
import { isFrozen, type Scaler, type ScalerPlace } from './scaler-place.js';

/**
 * KEDA (pkg/scaling/executor/scale_scaledobjects.go): once per polling interval it asks whether the workload is active.
 * It starts the first replica of an active one, and stops all of one that has not been active for the cooldown period.
 * In between a horizontal pod autoscaler decides.
 */
export class KedaScaler implements Scaler<'keda'> {
  /** The last look that found the workload active. Replicas that are there at the start were active until then. */
  private activeAt: Ns = 0;
  private readonly hpa = new HpaScaler(this.place);
  private readonly op: number = engine.define(`autoscaler/${this.place.name}/poll`, () =>
    this.poll(),
  );

  constructor(private readonly place: ScalerPlace<'keda'>) {
    engine.at(place.spec.pollingIntervalNs, PHASE.TIMER, this.op, 0, 0, 0);
  }

  configure(spec: PlanScaler<'keda'>): void {
    this.place.spec = spec;
    this.hpa.configure(spec);
  }

  private poll(): void {
    const { spec, own, set } = this.place;
    engine.at(engine.now + spec.pollingIntervalNs, PHASE.TIMER, this.op, 0, 0, 0);
    if (isFrozen(own)) return;
    const { wanted } = set;
    if (this.isActive()) {
      this.activeAt = engine.now;
      if (wanted === 0) this.scale(Math.max(1, spec.min));
    } else if (wanted > 0 && spec.min === 0) {
      if (engine.now - this.activeAt >= spec.cooldownPeriodNs) this.scale(0);
    } else if (wanted < spec.min) this.scale(spec.min);
  }

  private scale(count: number): void {
    invariant(count <= this.place.spec.max, 'KEDA stays within its bounds');
    invariant(
      count > 0 || this.place.spec.min === 0,
      'the last replica goes only where none may run',
    );
    this.place.set.scaleTo(count);
    this.hpa.wake();
  }

  /** Whether any trigger reports more than the threshold of activation (kafka_scaler.go, GetMetricsAndActivity). */
  private isActive(): boolean {
    const { run, spec } = this.place;
    return spec.metrics.some(
      (target) =>
        target.metric === 'lag' &&
        levels.value(run.meters.gaugeOf('lag', target)) > spec.activationLagThreshold,
    );
  }
}
