import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Ns } from '../../../kernel/time.js';
import type { PlanScaler } from '../../../contracts/plan/autoscaling.js';
import type {
  ScalingStep,
  StepScaling,
  TargetTracking,
} from '../../../contracts/scenario/scaling-step.js';
import { isFrozen, type Scaler, type ScalerPlace } from './scaler-place.js';
import { Samples, type ScalingValue } from './scaling-samples.js';

type Kind = (StepScaling | TargetTracking)['kind'];

/** Absorbs the rounding errors of decimal fractions, so a value exactly on a threshold reaches it. */
const ROUNDING = 1e-9;

/**
 * Step scaling and target tracking as in AWS Application Auto Scaling: at the end of each period the metric is compared
 * with the thresholds, and after enough periods beyond the first one its step changes the number of replicas.
 */
export class StepScaler implements Scaler<Kind> {
  private readonly samples: Samples;
  private readonly op: number;
  /** Consecutive periods above and below the first threshold. */
  private over = 0;
  private under = 0;
  /** End of the cooldowns, and the number of replicas before the last addition. */
  private outUntil: Ns = -Infinity;
  private inUntil: Ns = -Infinity;
  private base = 0;
  /** Whether the bounds have changed since the last pass. */
  private isRebound = false;

  constructor(private readonly place: ScalerPlace<Kind>) {
    const { run, name, spec, own } = place;
    this.op = engine.define(`autoscaler/${name}`, () => this.look());
    this.samples = new Samples(run, spec, own, name);
    engine.at(spec.syncNs, PHASE.TIMER, this.op, 0, 0, 0);
    this.samples.begin();
  }

  configure(spec: PlanScaler<Kind>): void {
    this.place.spec = spec;
    this.samples.spec = spec;
    this.isRebound = true;
  }

  private look(): void {
    const { spec, own } = this.place;
    engine.at(engine.now + spec.syncNs, PHASE.TIMER, this.op, 0, 0, 0);
    const sample = this.samples.due();
    const value = sample === null ? null : meanOf(sample.values[0]);
    // Without data the alarm keeps no breaching period.
    const above = value === null ? null : reached(spec.above, value, 1);
    const below = value === null ? null : reached(spec.below, value, -1);
    this.over = above === null ? 0 : this.over + 1;
    this.under = below === null ? 0 : this.under + 1;
    if (isFrozen(own) || (this.isRebound && this.rebound())) return;
    if (above !== null && this.over >= spec.periods) this.grow(above, value!);
    else if (below !== null && this.under >= spec.inPeriods) this.shrink(below, value!);
  }

  /** Moves the replicas inside new bounds, without an alarm, as EC2 Auto Scaling does. Returns whether they move. */
  private rebound(): boolean {
    const { spec, set } = this.place;
    this.isRebound = false;
    const current = set.wanted;
    const wanted = Math.min(spec.max, Math.max(spec.min, current));
    if (wanted !== current) set.scaleTo(wanted);
    return wanted !== current;
  }

  /** During the cooldown the replicas added last count as part of the step. */
  private grow(step: ScalingStep, metric: number): void {
    const { spec, set } = this.place;
    const current = set.wanted;
    const base = engine.now < this.outUntil ? this.base : current;
    const wanted = Math.min(spec.max, changed(base, step, metric));
    if (wanted <= current) return;
    this.base = base;
    this.outUntil = engine.now + spec.outCooldownNs;
    this.inUntil = -Infinity;
    set.scaleTo(wanted);
  }

  private shrink(step: ScalingStep, metric: number): void {
    const { spec, set } = this.place;
    const current = set.wanted;
    const wanted = Math.max(spec.min, changed(current, step, metric));
    if (wanted >= current || engine.now < this.inUntil) return;
    this.inUntil = engine.now + spec.inCooldownNs;
    set.scaleTo(wanted);
  }
}

/** The farthest step that the value has passed; null = not even the first. */
function reached(steps: readonly ScalingStep[], value: number, sign: 1 | -1): ScalingStep | null {
  let found: ScalingStep | null = null;
  for (const step of steps) {
    const beyond = sign * (value - step.threshold);
    if (beyond >= -ROUNDING * Math.abs(step.threshold)) found = step;
  }
  return found;
}

/**
 * The number of replicas after a step. A percentage is rounded towards 0, and changes at least one replica. A ratio is
 * rounded up, so that the metric does not exceed its target.
 */
function changed(
  current: number,
  { change: { unit, value } }: ScalingStep,
  metric: number,
): number {
  if (unit === 'exactly') return value;
  if (unit === 'ratio') return Math.ceil((current * metric) / value - ROUNDING);
  if (unit === 'count') return current + value;
  const exact = (current * value) / 100;
  const whole = Math.max(1, Math.floor(Math.abs(exact) + ROUNDING));
  return current + (exact < 0 ? -whole : whole);
}

/** The metric as one number: the mean over the measured replicas, or the total. */
function meanOf(value: ScalingValue): number | null {
  if (value.of !== 'each') return value.value;
  const known = value.values.filter((one) => one !== null);
  if (known.length === 0) return null;
  return known.reduce((sum, one) => sum + one, 0) / known.length;
}
