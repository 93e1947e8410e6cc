import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import { NS_PER_SECOND } from '../../kernel/time.js';
import type { Ns } from '../../kernel/time.js';
import type { PlanAutoscaling, PlanScalingTarget } from '../../spec/autoscaling.js';
import type { Instance } from '../instance.js';
import { levels } from '../levels.js';
import type { Fleet, World } from '../world.js';
import { Behavior, wantedBy, wantedForTotal } from './hpa.js';
import type { Reading } from './hpa.js';
import { isDeleted, ReplicaSet } from './replica-set.js';
import type { Scale } from './replica-set.js';

/** For so long after its creation the use of a replica counts only from a window after it was ready on (cpu-initialization-period). */
const INITIAL_CPU_NS: Ns = 300 * NS_PER_SECOND;
/** What cpu is counted in: whole percents. */
const PERCENT = 0.01;
/** What everything else is counted in. */
const THOUSANDTH = 0.001;

/** What was measured at one time. */
interface Sample {
  /** By metric: by index of the instance what each has, or the total. */
  readonly values: readonly (readonly (number | null)[] | number)[];
  readonly at: Ns;
}

/**
 * The horizontal pod autoscaler of one component: looks at its metrics once a period, and sets how many instances are to be there.
 * Instances have places, `max` of them: one that is taken away leaves its place to the next that comes.
 */
export class Autoscaler {
  private readonly world: World;
  private readonly spec: PlanAutoscaling;
  private readonly set: ReplicaSet;
  private readonly fleet: Fleet;
  private readonly own: readonly Instance[];
  private readonly behavior: Behavior;
  private readonly lookOp: number;
  private readonly sampleOp: number;
  /** Measured and not looked at yet, the oldest first. */
  private readonly samples: Sample[] = [];
  /** By metric, by index: what had been counted when it was measured last. */
  private readonly counted: Float64Array[];
  private measuredAt: Ns = 0;
  /** By index: when it was created; before the run for those of its beginning. */
  private readonly created: Float64Array;

  constructor(world: World, component: number, scale: Scale) {
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

  /** What a process does is counted from its start. */
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

  /** Since the beginning of the run: a level x ns, or how many. */
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
    if (sample === null || this.own.some(({ scalingFrozen }) => scalingFrozen)) return;
    const current = this.set.wanted;
    const wanted = this.wanted(sample, current);
    if (wanted === null) return;
    const within = Math.min(spec.max, Math.max(spec.min, wanted));
    const desired = this.behavior.decide(engine.now, current, within);
    if (desired === current) return;
    if (desired < current) this.set.remove(current - desired);
    for (const { index } of this.set.add(desired - current)) this.created[index] = engine.now;
  }

  /** The sample that is as old as what is looked at now; null before the first. */
  private due(): Sample | null {
    const { samples, spec } = this;
    if (samples.length === 0 || samples[0].at > engine.now - spec.metricDelayNs) return null;
    return samples.shift()!;
  }

  /** The largest that a metric asks for; null where too little is known to change anything. */
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
    // Where one metric is not known the others may ask for more, not for fewer.
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
    // All that it asks for, or its target where that is more; of other metrics the target.
    const busy = isCpu ? Math.max(1, target) : target;
    return wantedBy(readings, current, { target, tolerance, unit, busy });
  }

  /** Whether the use of its cores says nothing yet (replica_calculator.go, groupPods). */
  private isIgnored({ index, down, unready }: Instance, at: Ns): boolean {
    const created = this.created[index];
    const readyAt = this.fleet.upSince[index];
    const isFresh = engine.now - created < INITIAL_CPU_NS;
    const wasReady = created === -Infinity || readyAt >= created;
    if (down || unready) return !wasReady || (isFresh && !down);
    return isFresh && readyAt > at - this.spec.syncNs;
  }
}

/** Everybody who adds instances and takes them away: autoscalers and rollouts. */
export function startScaling(world: World, scale: Scale): void {
  world.plan.components.forEach(({ autoscaling }, component) => {
    if (autoscaling !== null) new Autoscaler(world, component, scale);
  });
  world.versions?.start(scale);
}
