import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import type { PlanScaler, PlanScalingTarget } from '../../../contracts/plan/autoscaling.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Fleet } from '../../data/instances/fleet.js';
import { Behavior, wantedBy, wantedForMean, wantedForTotal, type Reading } from './hpa.js';
import { isDeleted } from '../replica-set.js';
import type { Scaler, ScalerPlace } from './scaler-place.js';
import { Samples, type Sample } from './scaling-samples.js';

/**
 * During this time after its creation, a replica's CPU usage counts only one sync period after it became ready
 * (cpu-initialization-period).
 */
const INITIAL_CPU_NS: Ns = 300 * NS_PER_SECOND;
/** Unit of CPU utilization: whole percents. */
const PERCENT = 0.01;
/** Unit of all other metrics. */
const THOUSANDTH = 0.001;

/** Kinds of autoscalers that run one, or that are one. */
type Kind = 'hpa' | 'keda';
type Spec = { readonly [K in Kind]: PlanScaler<K> }[Kind];
type Place = { readonly [K in Kind]: ScalerPlace<K> }[Kind];

/**
 * The horizontal pod autoscaler of one component. Once per sync period it evaluates its metrics and sets the desired
 * number of instances. Instances occupy `max` places; a removed instance leaves its place to a later one.
 */
export class HpaScaler implements Scaler<Kind> {
  private spec: Spec;
  private readonly fleet: Fleet;
  private readonly own: readonly Instance[];
  private readonly behavior: Behavior;
  private readonly lookOp: number;
  private readonly samples: Samples;
  private wokenAt: Ns = -1;

  constructor(private readonly place: Place) {
    const { run, name, spec, own, fleet, initial } = place;
    this.spec = spec;
    this.fleet = fleet;
    this.own = own;
    this.behavior = new Behavior(spec, initial);
    this.lookOp = engine.define(`autoscaler/${name}`, () => this.look());
    this.samples = new Samples(run, spec, own, name);
    engine.at(spec.syncNs, PHASE.TIMER, this.lookOp, 0, 0, 0);
    this.samples.begin();
  }

  private look(): void {
    const { spec } = this;
    engine.at(engine.now + spec.syncNs, PHASE.TIMER, this.lookOp, 0, 0, 0);
    const sample = this.samples.due();
    if (this.own.some(({ scalingFrozen }) => scalingFrozen)) return;
    const { set } = this.place;
    const current = set.wanted;
    // Without replicas it is off (horizontal.go, reconcileAutoscaler: ScalingDisabled).
    if (current === 0 || this.wokenAt === engine.now) return;
    const desired = this.desired(sample, current);
    invariant(
      desired >= this.least && desired <= this.spec.max,
      'an autoscaler stays within its bounds',
    );
    if (desired !== current) set.scaleTo(desired);
  }

  /** It is on again; from the next evaluation on it follows the metrics. */
  wake(): void {
    this.wokenAt = engine.now;
  }

  configure(spec: Spec): void {
    this.spec = spec;
    this.behavior.spec = spec;
    this.samples.spec = spec;
  }

  /** It takes no component's last replica away. */
  private get least(): number {
    return Math.max(1, this.spec.min);
  }

  private desired(sample: Sample | null, current: number): number {
    const { max } = this.spec;
    const within = (count: number): number => Math.min(max, Math.max(this.least, count));
    // Outside new bounds the controller asks no metric (horizontal.go, reconcileAutoscaler).
    if (within(current) !== current) return within(current);
    const wanted = sample === null ? null : this.wanted(sample, current);
    return wanted === null ? current : this.behavior.decide(engine.now, current, within(wanted));
  }

  /** The largest number that any metric asks for; null if the known metrics do not justify a change. */
  private wanted(sample: Sample, current: number): number | null {
    const { metrics, tolerance } = this.spec;
    let most: number | null = null;
    let isUnknown = false;
    metrics.forEach((target, metric) => {
      const value = sample.values[metric];
      const wanted =
        value.of === 'total'
          ? wantedForTotal(value.value, current, target.target, tolerance)
          : value.of === 'mean'
            ? this.wantedForMean(target, value.value, current)
            : this.wantedOf(target, value.values, sample.at, current);
      if (wanted === null) isUnknown = true;
      else most = most === null ? wanted : Math.max(most, wanted);
    });
    // If one metric is unknown, the others may scale up but not down.
    return isUnknown && most !== null && most < current ? null : most;
  }

  private wantedForMean(
    { target }: PlanScalingTarget,
    mean: number | null,
    current: number,
  ): number | null {
    const ready = this.own.filter(({ phase, unready }) => phase === 'up' && !unready).length;
    if (mean === null || ready === 0) return null;
    return wantedForMean(mean, current, ready, { target, tolerance: this.spec.tolerance });
  }

  private wantedOf(
    { metric, target }: PlanScalingTarget,
    values: readonly (number | null)[],
    at: Ns,
    current: number,
  ): number | null {
    const { tolerance, cores } = this.spec;
    const readings = this.own.flatMap((instance, index): Reading[] => {
      if (instance.absent || !this.isSeen(instance)) return [];
      const weight = metric === 'cpu' ? cores[instance.version] / cores[0] : 1;
      if (isDeleted(instance)) {
        return metric === 'cpu' ? [{ value: null, weight, ignored: true }] : [];
      }
      const ignored = metric === 'cpu' && this.isIgnored(instance, at);
      return [{ value: values[index], weight, ignored }];
    });
    const isCpu = metric === 'cpu';
    const unit = isCpu ? PERCENT : THOUSANDTH;
    // The assumed value of unmeasured replicas: for CPU all of the request, or the target if that is more; else the
    // target.
    const busy = isCpu ? Math.max(1, target) : target;
    return wantedBy(readings, current, { target, tolerance, unit, busy });
  }

  /** A blue-green rollout shows the autoscaler only the version that gets the requests (Argo Rollouts bluegreen.go). */
  private isSeen({ version }: Instance): boolean {
    const { selected } = this.fleet;
    return selected < 0 || version === selected;
  }

  /** Returns true while the CPU usage of a replica does not count yet (replica_calculator.go, groupPods). */
  private isIgnored({ index, down, unready }: Instance, at: Ns): boolean {
    const created = this.place.created[index];
    const readyAt = this.fleet.upSince[index];
    const isFresh = engine.now - created < INITIAL_CPU_NS;
    const wasReady = created === -Infinity || readyAt >= created;
    if (down || unready) return !wasReady || (isFresh && !down);
    return isFresh && readyAt > at - this.spec.syncNs;
  }
}
