import { z } from 'zod';
import { field, required } from '../../contracts/fields/field.js';
import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { discoveryFrozen } from '../knobs/discovery.js';
import { rolloutFrozen, scalingFrozen } from '../knobs/control-loops.js';
import { meshFrozen } from '../knobs/mesh-frozen.js';

const LOOPS = {
  autoscaling: scalingFrozen,
  rollout: rolloutFrozen,
  discovery: discoveryFrozen,
  mesh: meshFrozen,
} as const;

const schema = z.strictObject({
  what: field.of(
    z.enum(['autoscaling', 'rollout', 'discovery', 'mesh'] satisfies (keyof typeof LOOPS)[]),
    required,
    'Control loop to freeze. `autoscaling`: the number of replicas of the target no longer changes. `rollout`: its ' +
      'versions stay as they are, and the new one is not analysed. `discovery`: the lists that callers have of the ' +
      'target stay as they are; with a registry as the target those of all components in it. `mesh`: proxies keep ' +
      'the endpoints of the target that they know (its control plane is down).',
  ),
});

/**
 * `freeze`: a control loop stops: the controller is down, or gets no metrics. Its earlier changes remain, and it never
 * sees the metrics of this time.
 */
export const freeze: FaultKind<typeof schema> = {
  kind: 'freeze',
  summary:
    'Freezes a control loop of the platform. With `what: autoscaling` no replicas are added ' +
    'or removed. With `what: rollout` the replicas and traffic shares of both versions stay ' +
    'as they are, and a bad version is not rolled back. With `what: discovery` the lists of ' +
    'callers stay as they are. With `what: mesh` proxies keep the last endpoints that they got.',
  sources: [
    'kubernetes pkg/controller/podautoscaler horizontal.go, reconcileAutoscaler: without metrics nothing is changed',
    'kubernetes pkg/controller/deployment sync.go: a paused deployment is not reconciled',
    'LitmusChaos, pod-autoscaler',
    'envoyproxy/envoy docs: xDS, the last known configuration remains in use while the management server is away',
  ],
  targets: ['instance'],
  schema,
  example:
    '- { id: no-metrics, kind: freeze, target: shop, what: autoscaling, at: 10s, for: 20s }\n',
  takesShare: false,
  ofWhole: true,
  takesNoRamp: true,
  edits: ({ what }) => [edit(LOOPS[what], 1)],
};
