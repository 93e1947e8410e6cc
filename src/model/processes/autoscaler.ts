import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import { NS_PER_SECOND } from '../../kernel/time.js';
import type { Ns } from '../../kernel/time.js';
import type { PlanAutoscaling, PlanScalingTarget } from '../../spec/plan/autoscaling.js';
import type { OutagesParts } from './outages-parts.js';
import type { Instance } from './instance.js';
import { levels } from '../figures/levels.js';
import type { Fleet } from './fleet.js';
import { Behavior, wantedBy, wantedForTotal } from './hpa.js';
import type { Reading } from './hpa.js';
import { isDeleted, ReplicaSet } from './replica-set.js';
import type { Scale } from './replica-set.js';

/**
 * During this time after its creation, a replica's CPU usage counts only one sync period after it became ready
 * (cpu-initialization-period).
 */
const INITIAL_CPU_NS: Ns = 300 * NS_PER_SECOND;
/** Unit of CPU utilization: whole percents. */
const PERCENT = 0.01;
/** Unit of all other metrics. */
const THOUSANDTH = 0.001;

/** The values measured at one time. */
interface Sample {
  /** By metric: the values by instance index, or the total. */
  readonly values: readonly (readonly (number | null)[] | number)[];
  readonly at: Ns;
}

/**
 * The horizontal pod autoscaler of one component. Once per sync period it evaluates its metrics and sets the desired
 * number of instances. Instances occupy `max` places; a removed instance leaves its place to a later one.
 */
export class Autoscaler {
  private readonly world: OutagesParts;
  private spec: PlanAutoscaling;
  private readonly set: ReplicaSet;
  private readonly fleet: Fleet;
  private readonly own: readonly Instance[];
  private readonly behavior: Behavior;
  private readonly lookOp: number;
  private readonly sampleOp: number;
  /** Samples not yet evaluated, the oldest first. */
  private readonly samples: Sample[] = [];
  /** By metric, by index: the count at the last measurement. */
  private readonly counted: Float64Array[];
  private measuredAt: Ns = 0;
  /** By index: creation time; -Infinity for instances present from the start. */
  private readonly created: Float64Array;

  constructor(world: OutagesParts, component: number, scale: Scale) {
    const { name, autoscaling, firstInstance, instances, initial } =
      world.plan.components[component];
    this.world = world;
    this.spec = autoscaling!;
    this.fleet = world.fleets[component];
    this.own = world.instances.slice(firstInstance, firstInstance + instances);
    this.set = new ReplicaSet(this.own, this.fleet, scale);
    this.behavior = new Behavior(this.spec, initial);
    this.counted = this.spec.metrics.map(() => new Float64Array(instances));
    this.created = new Float64Array(instances).fill(-Infinity);
    for (const instance of this.own) this.watch(instance);
    this.lookOp = engine.define(`autoscaler/${name}`, () => this.look());
    this.sampleOp = engine.define(`autoscaler/${name}/sample`, () => this.sample());
    const { syncNs, metricDelayNs } = this.spec;
    engine.at(syncNs, PHASE.TIMER, this.lookOp, 0, 0, 0);
    if (metricDelayNs > 0) {
      const first = syncNs - (metricDelayNs % syncNs);
      engine.at(first, PHASE.TIMER, this.sampleOp, 0, 0, 0);
    }
  }

  /** The counts of a process begin at its start. */
  private watch(instance: Instance): void {
    instance.residents.push({
      died: () => {},
      started: () => {
        this.spec.metrics.forEach((target, metric) => {
          if (target.metric === 'lag') return;
          this.counted[metric][instance.index] = this.countOf(target, instance);
        });
      },
    });
  }

  private sample(): void {
    if (this.spec.metricDelayNs > 0) {
      engine.at(engine.now + this.spec.syncNs, PHASE.TIMER, this.sampleOp, 0, 0, 0);
    }
    const values = this.spec.metrics.map((target, metric) => this.measure(target, metric));
    this.samples.push({ values, at: engine.now });
    this.measuredAt = engine.now;
  }

  private measure(target: PlanScalingTarget, metric: number): readonly (number | null)[] | number {
    if (target.metric === 'lag') {
      return levels.valueOf(this.world.meters.gaugeOf('lag', target));
    }
    const counted = this.counted[metric];
    return this.own.map((instance, index) => {
      const before = counted[index];
      const now = this.countOf(target, instance);
      counted[index] = now;
      const since = Math.max(this.measuredAt, instance.startedAt);
      if (instance.down || since >= engine.now) return null;
      return (now - before) / (engine.now - since);
    });
  }

  /** The count since the start of the run: a level x ns, or a number of requests. */
  private countOf({ metric }: PlanScalingTarget, instance: Instance): number {
    switch (metric) {
      case 'cpu':
        return levels.integral(instance.cores.gauge) / this.spec.cores;
      case 'concurrency':
        return levels.integral(instance.concurrencyGauge);
      case 'queue':
        return levels.integral(instance.queueGauge);
      case 'rate':
      case 'lag':
        return instance.arrivals * NS_PER_SECOND;
    }
  }

  private look(): void {
    const { spec } = this;
    engine.at(engine.now + spec.syncNs, PHASE.TIMER, this.lookOp, 0, 0, 0);
    if (spec.metricDelayNs === 0) this.sample();
    const sample = this.due();
    if (this.own.some(({ scalingFrozen }) => scalingFrozen)) return;
    const current = this.set.wanted;
    const desired = this.desired(sample, current);
    if (desired === current) return;
    if (desired < current) this.set.remove(current - desired);
    for (const { index } of this.set.add(desired - current)) this.created[index] = engine.now;
  }

  /** A configuration change sets other bounds and targets. */
  configure(spec: PlanAutoscaling): void {
    this.spec = spec;
    this.behavior.spec = spec;
  }

  private desired(sample: Sample | null, current: number): number {
    const { min, max } = this.spec;
    const within = (count: number): number => Math.min(max, Math.max(min, count));
    // Outside new bounds the controller asks no metric (horizontal.go, reconcileAutoscaler).
    if (within(current) !== current) return within(current);
    const wanted = sample === null ? null : this.wanted(sample, current);
    return wanted === null ? current : this.behavior.decide(engine.now, current, within(wanted));
  }

  /** The sample that is old enough to be evaluated now; null before the first. */
  private due(): Sample | null {
    const { samples, spec } = this;
    if (samples.length === 0 || samples[0].at > engine.now - spec.metricDelayNs) return null;
    return samples.shift()!;
  }

  /** The largest number that any metric asks for; null if the known metrics do not justify a change. */
  private wanted(sample: Sample, current: number): number | null {
    const { metrics, tolerance } = this.spec;
    let most: number | null = null;
    let isUnknown = false;
    metrics.forEach((target, metric) => {
      const values = sample.values[metric];
      const wanted =
        typeof values === 'number'
          ? wantedForTotal(values, current, target.target, tolerance)
          : this.wantedOf(target, values, sample.at, current);
      if (wanted === null) isUnknown = true;
      else most = most === null ? wanted : Math.max(most, wanted);
    });
    // If one metric is unknown, the others may scale up but not down.
    return isUnknown && most !== null && most < current ? null : most;
  }

  private wantedOf(
    { metric, target }: PlanScalingTarget,
    values: readonly (number | null)[],
    at: Ns,
    current: number,
  ): number | null {
    const readings = this.own.flatMap((instance, index): Reading[] => {
      if (instance.absent) return [];
      if (isDeleted(instance)) return metric === 'cpu' ? [{ value: null, ignored: true }] : [];
      const ignored = metric === 'cpu' && this.isIgnored(instance, at);
      return [{ value: values[index], ignored }];
    });
    const { tolerance } = this.spec;
    const isCpu = metric === 'cpu';
    const unit = isCpu ? PERCENT : THOUSANDTH;
    // The assumed value of unmeasured replicas: for CPU all of the request, or the target if that is more; else the
    // target.
    const busy = isCpu ? Math.max(1, target) : target;
    return wantedBy(readings, current, { target, tolerance, unit, busy });
  }

  /** Returns true while the CPU usage of a replica does not count yet (replica_calculator.go, groupPods). */
  private isIgnored({ index, down, unready }: Instance, at: Ns): boolean {
    const created = this.created[index];
    const readyAt = this.fleet.upSince[index];
    const isFresh = engine.now - created < INITIAL_CPU_NS;
    const wasReady = created === -Infinity || readyAt >= created;
    if (down || unready) return !wasReady || (isFresh && !down);
    return isFresh && readyAt > at - this.spec.syncNs;
  }
}

/** Starts everything that adds or removes instances: autoscalers and rollouts. */
export function startScaling(world: OutagesParts, scale: Scale): void {
  world.plan.components.forEach(({ autoscaling }, component) => {
    if (autoscaling === null) return;
    const scaler = new Autoscaler(world, component, scale);
    world.configurations?.scales(component, scaler);
  });
  world.versions?.start(scale);
  world.configurations?.start(scale);
}
