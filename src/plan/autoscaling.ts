import type { PlanAutoscaling, PlanScalingTarget } from '../contracts/plan/autoscaling.js';
import type { Autoscaling } from '../contracts/scenario/autoscaling.js';
import type { ScalingTarget } from '../contracts/scenario/scaling-metrics.js';
import { hostOf, partOf, type LaidComponent, type Layout } from './layout.js';
import { shapesIn } from './versions.js';

/** Adds the components at which the metrics of an autoscaler are measured; null = no autoscaler. */
export function planAutoscaling(layout: Layout, component: LaidComponent): PlanAutoscaling | null {
  const host = hostOf(component);
  if (host === null || host.autoscaling === null) return null;
  const { autoscaling } = host;
  return {
    ...autoscaling,
    metrics: autoscaling.metrics.map((target) => placed(layout, autoscaling, target)),
    cores: shapesIn(component).map((shape) => {
      const { cpuRequest, cpu } = hostOf(shape)!;
      return cpuRequest ?? cpu.cores;
    }),
  };
}

function placed(layout: Layout, own: Autoscaling, target: ScalingTarget): PlanScalingTarget {
  if (target.of === null) return { ...target, component: -1, part: -1, partitions: null };
  const [name, group] = target.of.split('.') as [string, string | undefined];
  const source = layout.byName.get(name)!;
  const part = group === undefined ? -1 : partOf(source, group).id;
  const isBound = own.kind === 'keda' && !own.allowIdleConsumers;
  const { source: topic } = source;
  const partitions =
    isBound && topic.kind === 'topic' && 'partitions' in topic.spec ? topic.spec.partitions : null;
  return { ...target, component: source.id, part, partitions };
}
