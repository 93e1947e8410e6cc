import type { Ns } from '../../kernel/time.js';
import type { Autoscaling, ScalingRules } from '../../spec/autoscaling.js';

/** One replica as the autoscaler sees it. */
export interface Reading {
  /** What is measured; null = nobody has measured it. */
  readonly value: number | null;
  /** It is not ready, or has not been for a whole window: set aside. */
  readonly ignored: boolean;
}

/** How a metric is judged. */
export interface Rule {
  readonly target: number;
  readonly tolerance: number;
  /** What values are rounded down to: whole percents, thousandths. */
  readonly unit: number;
  /** What replicas that are not measured are taken to have where the number is to shrink. */
  readonly busy: number;
}

interface Timed {
  readonly at: Ns;
  readonly replicas: number;
}

/**
 * How many replicas a metric asks for (kubernetes pkg/controller/podautoscaler replica_calculator.go,
 * GetResourceReplicas and calcPlainMetricReplicas); null where nothing is measured.
 */
export function wantedBy(
  readings: readonly Reading[],
  current: number,
  { target, tolerance, unit, busy }: Rule,
): number | null {
  const measured: number[] = [];
  let ignored = 0;
  let missing = 0;
  for (const { value, ignored: isIgnored } of readings) {
    if (isIgnored) ignored++;
    else if (value === null) missing++;
    else measured.push(value);
  }
  if (measured.length === 0) return null;
  const ratio = ratioOf(measured, target, unit);
  const isRising = ratio > 1;
  const isNear = (value: number): boolean => Math.abs(1 - value) <= tolerance + ROUNDING;
  if (missing === 0 && !(ignored > 0 && isRising)) {
    return isNear(ratio) ? current : up(ratio * measured.length);
  }
  if (ratio === 1) return current;
  // Who is not measured stands against the change: idle where it grows, busy where it shrinks.
  const assumed = measured.slice();
  for (let k = 0; k < missing; k++) assumed.push(isRising ? 0 : busy);
  for (let k = 0; isRising && k < ignored; k++) assumed.push(0);
  const again = ratioOf(assumed, target, unit);
  const isTurned = isRising ? again < 1 : ratio < 1 && again > 1;
  if (isNear(again) || isTurned) return current;
  const wanted = up(again * assumed.length);
  const isWrongWay = (again < 1 && wanted > current) || (again > 1 && wanted < current);
  return isWrongWay ? current : wanted;
}

/** How many a total asks for that all share (GetExternalPerPodMetricReplicas). */
export function wantedForTotal(
  total: number,
  current: number,
  target: number,
  tolerance: number,
): number {
  const ratio = total / (target * current);
  return Math.abs(1 - ratio) > tolerance + ROUNDING ? up(total / target) : current;
}

/** What decimal shares lose as doubles must not make a change of what lies on the edge. */
const ROUNDING = 1e-9;

function ratioOf(values: readonly number[], target: number, unit: number): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return (Math.floor(mean / unit + ROUNDING) * unit) / target;
}

function up(value: number): number {
  return Math.ceil(value - ROUNDING);
}

/**
 * What becomes of recommendations: the most cautious one of the stabilization window of each direction, then no more than
 * its policies allow (horizontal.go, stabilizeRecommendationWithBehaviors, convertDesiredReplicasWithBehaviorRate).
 */
export class Behavior {
  private readonly spec: Autoscaling;
  private recommendations: Timed[] = [];
  private ups: Timed[] = [];
  private downs: Timed[] = [];

  /** The longest period of its policies. */
  private readonly longestNs: Ns;

  constructor(spec: Autoscaling, initial: number) {
    this.spec = spec;
    const all = [...spec.up.policies, ...spec.down.policies];
    this.longestNs = Math.max(...all.map(({ periodNs }) => periodNs));
    // The first one counts as if it had been recommended.
    this.recommendations.push({ at: 0, replicas: initial });
  }

  /** How many there are to be; `wanted` is the recommendation of this moment. */
  decide(now: Ns, current: number, wanted: number): number {
    const stable = this.stabilized(now, current, wanted);
    const desired = this.limited(now, current, stable);
    const oldest = now - this.longestNs;
    if (desired > current) {
      this.ups = this.ups.filter(({ at }) => at > oldest);
      this.ups.push({ at: now, replicas: desired - current });
    } else if (desired < current) {
      this.downs = this.downs.filter(({ at }) => at > oldest);
      this.downs.push({ at: now, replicas: current - desired });
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
      const start = current - changed(this.ups, now, periodNs) + changed(this.downs, now, periodNs);
      if (unit === 'pods') return isUp ? start + value : start - value;
      return isUp
        ? Math.ceil(start * (1 + value / 100) - ROUNDING)
        : Math.trunc(start * (1 - value / 100) + ROUNDING);
    });
    const isLargest = (selectPolicy === 'max') === isUp;
    return limits.reduce((a, b) => (isLargest ? Math.max(a, b) : Math.min(a, b)));
  }
}

/** How many have come or gone within a period that ends now. */
function changed(events: readonly Timed[], now: Ns, periodNs: Ns): number {
  let sum = 0;
  for (const { at, replicas } of events) if (at > now - periodNs) sum += replicas;
  return sum;
}
