import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import type { PlanAutoscaling, PlanScalingTarget } from '../../../contracts/plan/autoscaling.js';
import { levels } from '../../data/figures/levels.js';
import type { Run } from '../../data/run.js';
import type { Instance } from '../../data/instances/instance.js';

/** A metric over a period: by instance index, the total of what waits, or the mean over all; null = not measured. */
export type ScalingValue =
  | { readonly of: 'each'; readonly values: readonly (number | null)[] }
  | { readonly of: 'total'; readonly value: number }
  | { readonly of: 'mean'; readonly value: number | null };

/** The values measured at one time, by metric. */
export interface Sample {
  readonly values: readonly ScalingValue[];
  readonly at: Ns;
}

/** The metrics of an autoscaler, measured once per period and read `metricDelay` later. */
export class Samples {
  private readonly op: number;
  /** Samples not yet evaluated, the oldest first. */
  private readonly list: Sample[] = [];
  private measuredAt: Ns = 0;
  /** Time in the queue and in service of all requests at the last measurement, and their number. */
  private spentNs = 0;
  private arrived = 0;
  /** By metric, by index: the count at the last measurement. */
  private readonly counted: readonly Float64Array[] = this.spec.metrics.map(
    () => new Float64Array(this.own.length),
  );

  constructor(
    private readonly run: Run,
    public spec: PlanAutoscaling,
    private readonly own: readonly Instance[],
    name: string,
  ) {
    for (const instance of own) this.watch(instance);
    this.op = engine.define(`autoscaler/${name}/sample`, () => this.sample());
  }

  begin(): void {
    const { syncNs, metricDelayNs } = this.spec;
    if (metricDelayNs === 0) return;
    engine.at(syncNs - (metricDelayNs % syncNs), PHASE.TIMER, this.op, 0, 0, 0);
  }

  /** The sample that is old enough to be evaluated now; null before the first. */
  due(): Sample | null {
    const { list, spec } = this;
    if (spec.metricDelayNs === 0) this.sample();
    if (list.length === 0 || list[0].at > engine.now - spec.metricDelayNs) return null;
    return list.shift()!;
  }

  /** The counts of a process begin at its start. */
  private watch(instance: Instance): void {
    instance.residents.push({
      died: () => {},
      started: () => {
        this.spec.metrics.forEach((target, metric) => {
          if (target.metric === 'lag' || target.metric === 'latency') return;
          this.counted[metric][instance.index] = this.countOf(target, instance);
        });
      },
    });
  }

  private sample(): void {
    if (this.spec.metricDelayNs > 0) {
      engine.at(engine.now + this.spec.syncNs, PHASE.TIMER, this.op, 0, 0, 0);
    }
    const values = this.spec.metrics.map((target, metric) => this.measure(target, metric));
    this.list.push({ values, at: engine.now });
    this.measuredAt = engine.now;
  }

  private measure(target: PlanScalingTarget, metric: number): ScalingValue {
    if (target.metric === 'lag') {
      const lag = levels.value(this.run.meters.gaugeOf('lag', target));
      return { of: 'total', value: reported(lag, target) };
    }
    if (target.metric === 'latency') return { of: 'mean', value: this.latency() };
    const counted = this.counted[metric];
    const values = this.own.map((instance, index) => {
      const before = counted[index];
      const now = this.countOf(target, instance);
      counted[index] = now;
      const since = Math.max(this.measuredAt, instance.startedAt);
      if (instance.down || since >= engine.now) return null;
      return (now - before) / (engine.now - since);
    });
    return { of: 'each', values };
  }

  /** Time that requests spent at all instances since the last measurement, by request that arrived; null without any. */
  private latency(): number | null {
    let spentNs = 0;
    let arrived = 0;
    for (const instance of this.own) {
      spentNs += levels.integral(instance.concurrencyGauge) + levels.integral(instance.queueGauge);
      arrived += instance.arrivals;
    }
    const mean = (spentNs - this.spentNs) / (arrived - this.arrived);
    const isKnown = arrived > this.arrived;
    this.spentNs = spentNs;
    this.arrived = arrived;
    return isKnown ? mean : null;
  }

  /** The count since the start of the run: a level x ns, or a number of requests. */
  private countOf({ metric }: PlanScalingTarget, instance: Instance): number {
    switch (metric) {
      case 'cpu':
        return levels.integral(instance.cores.gauge) / this.spec.cores[instance.version];
      case 'concurrency':
        return levels.integral(instance.concurrencyGauge);
      case 'queue':
        return levels.integral(instance.queueGauge);
      case 'rate':
      case 'lag':
      case 'latency':
        return instance.arrivals * NS_PER_SECOND;
    }
  }
}

/**
 * The lag as KEDA reports it: of more whole targets than partitions, one target per partition (kafka_scaler.go,
 * getTotalLag, which divides whole numbers; so a lag of 4.5 targets at 4 partitions still asks for 5 replicas).
 */
function reported(lag: number, { partitions, target }: PlanScalingTarget): number {
  if (partitions === null || Math.floor(lag / target) <= partitions) return lag;
  return partitions * target;
}
