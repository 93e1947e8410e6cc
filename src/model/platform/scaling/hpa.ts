import { invariant } from '../../../kernel/invariant.js';
import type { Ns } from '../../../kernel/time.js';
import type { HpaScaling, ScalingRules } from '../../../contracts/scenario/scaling-ratio.js';

/** One replica as the autoscaler sees it. */
export interface Reading {
  /** The measured value; null = not measured. */
  readonly value: number | null;
  /** Its CPU request relative to that of the other replicas; 1 for other metrics. */
  readonly weight: number;
  /** The replica is not ready, or has not been ready for a full window: it is set aside. */
  readonly ignored: boolean;
}

/** The rule by which a metric is evaluated. */
export interface Rule {
  readonly target: number;
  readonly tolerance: number;
  /** Unit to which values are rounded down: whole percents or thousandths. */
  readonly unit: number;
  /** Value assumed for unmeasured replicas when scaling down. */
  readonly busy: number;
}

interface Timed {
  readonly at: Ns;
  readonly replicas: number;
}

/**
 * Number of replicas that a metric asks for (kubernetes pkg/controller/podautoscaler replica_calculator.go,
 * GetResourceReplicas and calcPlainMetricReplicas); null if no replica is measured.
 */
export function wantedBy(
  readings: readonly Reading[],
  current: number,
  { target, tolerance, unit, busy }: Rule,
): number | null {
  const measured: Weighted[] = [];
  const ignored: number[] = [];
  const missing: number[] = [];
  for (const { value, weight, ignored: isIgnored } of readings) {
    if (isIgnored) ignored.push(weight);
    else if (value === null) missing.push(weight);
    else measured.push({ value, weight });
  }
  if (measured.length === 0) return null;
  const ratio = ratioOf(measured, target, unit);
  const isRising = ratio > 1;
  const isNear = (value: number): boolean => Math.abs(1 - value) <= tolerance + ROUNDING;
  if (missing.length === 0 && !(ignored.length > 0 && isRising)) {
    return isNear(ratio) ? current : up(ratio * measured.length);
  }
  if (ratio === 1) return current;
  // Unmeasured replicas count against the change: as idle when scaling up, as busy when scaling down.
  const assumed = measured.slice();
  for (const weight of missing) assumed.push({ value: isRising ? 0 : busy, weight });
  if (isRising) for (const weight of ignored) assumed.push({ value: 0, weight });
  const again = ratioOf(assumed, target, unit);
  const isTurned = isRising ? again < 1 : ratio < 1 && again > 1;
  if (isNear(again) || isTurned) return current;
  const wanted = up(again * assumed.length);
  const isWrongWay = (again < 1 && wanted > current) || (again > 1 && wanted < current);
  return isWrongWay ? current : wanted;
}

/** Number of replicas that a total shared by all of them asks for (GetExternalPerPodMetricReplicas). */
export function wantedForTotal(
  total: number,
  current: number,
  target: number,
  tolerance: number,
): number {
  const ratio = total / (target * current);
  return Math.abs(1 - ratio) > tolerance + ROUNDING ? up(total / target) : current;
}

/** Number of replicas that a mean over all of them asks for (GetExternalMetricReplicas); `ready`: those that serve. */
export function wantedForMean(
  mean: number,
  current: number,
  ready: number,
  { target, tolerance }: Pick<Rule, 'target' | 'tolerance'>,
): number {
  const ratio = mean / target;
  return Math.abs(1 - ratio) > tolerance + ROUNDING ? up(ratio * ready) : current;
}

/** Absorbs the rounding errors of decimal fractions, so a value exactly on a boundary changes nothing. */
const ROUNDING = 1e-9;

/** A value, weighted by the CPU request of its replica. */
interface Weighted {
  readonly value: number;
  readonly weight: number;
}

function ratioOf(values: readonly Weighted[], target: number, unit: number): number {
  const all = values.reduce((sum, { weight }) => sum + weight, 0);
  const mean = values.reduce((sum, { value, weight }) => sum + value * weight, 0) / all;
  return (Math.floor(mean / unit + ROUNDING) * unit) / target;
}

function up(value: number): number {
  return Math.ceil(value - ROUNDING);
}

type Limits = Pick<HpaScaling, 'min' | 'max' | 'up' | 'down'>;

/**
 * Turns recommendations into decisions: the most cautious recommendation within the stabilization window of each
 * direction, limited by the scaling policies (horizontal.go, stabilizeRecommendationWithBehaviors,
 * convertDesiredReplicasWithBehaviorRate).
 */
export class Behavior {
  spec: Limits;
  private recommendations: Timed[] = [];
  private scaleUps: Timed[] = [];
  private scaleDowns: Timed[] = [];

  /** The longest period of its policies. */
  private readonly longestNs: Ns;

  constructor(spec: Limits, initial: number) {
    this.spec = spec;
    const all = [...spec.up.policies, ...spec.down.policies];
    this.longestNs = Math.max(...all.map(({ periodNs }) => periodNs));
    // The initial number counts as a recommendation.
    this.recommendations.push({ at: 0, replicas: initial });
  }

  /** The desired number of replicas; `wanted` is the current recommendation. */
  decide(now: Ns, current: number, wanted: number): number {
    const stable = this.stabilized(now, current, wanted);
    const desired = this.limited(now, current, stable);
    const oldest = now - this.longestNs;
    invariant(
      (desired - current) * (wanted - current) >= 0,
      'a decision does not turn against the recommendation',
    );
    if (desired > current) {
      this.scaleUps = this.scaleUps.filter(({ at }) => at > oldest);
      this.scaleUps.push({ at: now, replicas: desired - current });
    } else if (desired < current) {
      this.scaleDowns = this.scaleDowns.filter(({ at }) => at > oldest);
      this.scaleDowns.push({ at: now, replicas: current - desired });
    }
    return desired;
  }

  private stabilized(now: Ns, current: number, wanted: number): number {
    const { up, down } = this.spec;
    let most = wanted;
    let least = wanted;
    for (const { at, replicas } of this.recommendations) {
      if (at > now - up.stabilizationNs) least = Math.min(least, replicas);
      if (at > now - down.stabilizationNs) most = Math.max(most, replicas);
    }
    const oldest = now - Math.max(up.stabilizationNs, down.stabilizationNs);
    this.recommendations = this.recommendations.filter(({ at }) => at > oldest);
    this.recommendations.push({ at: now, replicas: wanted });
    return Math.min(most, Math.max(least, current));
  }

  private limited(now: Ns, current: number, wanted: number): number {
    const { up, down, min, max } = this.spec;
    if (wanted > current) {
      const limit = this.limitOf(now, current, up, true);
      return Math.min(wanted, max, Math.max(limit, current));
    }
    if (wanted < current) {
      const limit = this.limitOf(now, current, down, false);
      return Math.max(wanted, min, Math.min(limit, current));
    }
    return current;
  }

  private limitOf(now: Ns, current: number, rules: ScalingRules, isUp: boolean): number {
    const { selectPolicy, policies } = rules;
    if (selectPolicy === 'disabled') return current;
    const limits = policies.map(({ unit, value, periodNs }) => {
      if (unit === 'total') return value;
      const start =
        current - changed(this.scaleUps, now, periodNs) + changed(this.scaleDowns, now, periodNs);
      if (unit === 'pods') return isUp ? start + value : start - value;
      return isUp
        ? Math.ceil(start * (1 + value / 100) - ROUNDING)
        : Math.trunc(start * (1 - value / 100) + ROUNDING);
    });
    const isLargest = (selectPolicy === 'max') === isUp;
    return limits.reduce((a, b) => (isLargest ? Math.max(a, b) : Math.min(a, b)));
  }
}

/** Number of replicas added or removed within a period that ends now. */
function changed(events: readonly Timed[], now: Ns, periodNs: Ns): number {
  let sum = 0;
  for (const { at, replicas } of events) if (at > now - periodNs) sum += replicas;
  return sum;
}
