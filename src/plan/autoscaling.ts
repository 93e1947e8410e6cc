import type { PlanAutoscaling, PlanScalingTarget } from '../spec/plan/autoscaling.js';
import type { ScalingTarget } from '../spec/scenario/autoscaling.js';
import { shapesOf } from '../spec/scenario/services.js';
import type { LaidComponent, Layout } from './layout.js';
import { hostOf, partOf } from './layout.js';

/** Adds the components at which the metrics of an autoscaler are measured; null = no autoscaler. */
export function planAutoscaling(layout: Layout, component: LaidComponent): PlanAutoscaling | null {
  const host = hostOf(component);
  if (host === null || host.autoscaling === null) return null;
  const { autoscaling } = host;
  const { source } = component;
  const shapes = source.kind === 'service' ? shapesOf(source.host) : [host];
  return {
    ...autoscaling,
    metrics: autoscaling.metrics.map((target) => placed(layout, target)),
    cores: shapes.map(({ cpuRequest, cpu }) => cpuRequest ?? cpu.cores),
  };
}

function placed(layout: Layout, target: ScalingTarget): PlanScalingTarget {
  if (target.of === null) return { ...target, component: -1, part: -1 };
  const [name, group] = target.of.split('.') as [string, string | undefined];
  const source = layout.byName.get(name)!;
  const part = group === undefined ? -1 : partOf(source, group).id;
  return { ...target, component: source.id, part };
}
