import { z } from 'zod';
import { hpaSchema, kedaSchema, type HpaScaling, type KedaScaling } from './scaling-ratio.js';
import { scheduledSchema, type ScheduledScaling } from './scaling-schedule.js';
import { stepSchema, type StepScaling, type TargetTracking } from './scaling-step.js';
import { targetSchema } from './scaling-target.js';

/** `autoscaling` of a service or gateway. Each kind of autoscaler is one line. */
export const autoscalingSchema = z
  .discriminatedUnion('kind', [hpaSchema, kedaSchema, stepSchema, targetSchema, scheduledSchema])
  .describe('Changes the number of replicas. Defaults to none: `replicas` is fixed.');
export type WrittenAutoscaling = z.output<typeof autoscalingSchema>;

export type Autoscaling =
  HpaScaling | KedaScaling | StepScaling | TargetTracking | ScheduledScaling;

/** Whether an autoscaler compares its metric with thresholds at the end of each period. */
export function hasThresholds(own: Autoscaling | null): own is StepScaling | TargetTracking {
  return own?.kind === 'step' || own?.kind === 'targetTracking';
}

/** Whether an autoscaler follows the ratio of metrics to targets; null is none. */
export function followsRatio(own: Autoscaling | null): own is HpaScaling | KedaScaling {
  return own?.kind === 'hpa' || own?.kind === 'keda';
}
