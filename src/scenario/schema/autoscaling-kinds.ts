import { z } from 'zod';
import { hpaSchema, type HpaOutput } from './autoscaling.js';
import { kedaSchema, type KedaOutput } from './autoscaling-keda.js';
import { scheduledSchema, type ScheduledOutput } from './autoscaling-scheduled.js';
import { stepSchema, type StepOutput } from './autoscaling-step.js';

/** All kinds of autoscalers: one line each. */
const KINDS = [hpaSchema, kedaSchema, stepSchema, scheduledSchema] as const;

/** `autoscaling` of a service or gateway. */
export const autoscalingSchema: z.ZodType<AutoscalingOutput> = z
  .discriminatedUnion('kind', KINDS)
  .describe('Changes the number of replicas. Defaults to none: `replicas` is fixed.');

export type AutoscalingOutput = HpaOutput | KedaOutput | StepOutput | ScheduledOutput;
