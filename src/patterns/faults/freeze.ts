import { z } from 'zod';
import type { FaultKind } from '../../spec/fault.js';

const schema = z.strictObject({
  what: z
    .enum(['autoscaling'])
    .describe(
      'What stands still. `autoscaling`: nobody adds replicas to the target or takes some away. Required.',
    ),
});

/**
 * `freeze`: a control loop stands still: the controller is down, or gets no metrics. What it did before stays, and what it would
 * have seen meanwhile it never learns.
 */
export const freeze: FaultKind<typeof schema> = {
  kind: 'freeze',
  summary:
    'A control loop of the platform stands still: with `what: autoscaling` no replicas come and none go.',
  sources: [
    'kubernetes pkg/controller/podautoscaler horizontal.go, reconcileAutoscaler: without metrics nothing is changed',
    'LitmusChaos, pod-autoscaler',
  ],
  targets: ['instance'],
  schema,
  example:
    '- { id: no-metrics, kind: freeze, target: shop, what: autoscaling, at: 10s, for: 20s }\n',
  takesShare: false,
  takesNoRamp: true,
  edits: (_config, strength) => (strength === 0 ? [] : [{ knob: 'scalingFrozen', value: 1 }]),
};
