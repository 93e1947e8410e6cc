import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { rolloutFrozen, scalingFrozen } from '../knobs/control-loops.js';

const schema = z.strictObject({
  what: z
    .enum(['autoscaling', 'rollout'])
    .describe(
      'What stands still. `autoscaling`: nobody adds replicas to the target or takes some away. `rollout`: its versions stay as they are, ' +
        'and nobody looks at the new one. Required.',
    ),
});

/**
 * `freeze`: a control loop stands still: the controller is down, or gets no metrics. What it did before stays, and what it would
 * have seen meanwhile it never learns.
 */
export const freeze: FaultKind<typeof schema> = {
  kind: 'freeze',
  summary:
    'A control loop of the platform stands still: with `what: autoscaling` no replicas come and none go, with `what: rollout` neither version ' +
    'gets more or fewer of the replicas and requests, and a bad one is not taken back.',
  sources: [
    'kubernetes pkg/controller/podautoscaler horizontal.go, reconcileAutoscaler: without metrics nothing is changed',
    'kubernetes pkg/controller/deployment sync.go: a paused deployment is not reconciled',
    'LitmusChaos, pod-autoscaler',
  ],
  targets: ['instance'],
  schema,
  example:
    '- { id: no-metrics, kind: freeze, target: shop, what: autoscaling, at: 10s, for: 20s }\n',
  takesShare: false,
  ofWhole: true,
  takesNoRamp: true,
  edits: ({ what }, strength) => {
    if (strength === 0) return [];
    return [edit(what === 'rollout' ? rolloutFrozen : scalingFrozen, 1)];
  },
};
