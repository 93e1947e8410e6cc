import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { stopping } from '../knobs/stopping.js';
import { NO_FIELDS } from '../mechanisms/no-fields.js';

/**
 * `stop`: the process is shut down, as when a pod is deleted or a unit restarted; of a node: it is drained. Callers remove it
 * from their lists. It serves for `lifecycle.preStop`, gets SIGTERM, drains, and is killed at the end of its grace
 * period. Another process starts at the end of `for`: on `kubernetes` next to the one that ends, otherwise after it.
 */
export const stop: FaultKind<typeof NO_FIELDS> = {
  kind: 'stop',
  summary:
    'Stops the process gracefully, as `lifecycle` says: callers remove it from their endpoint ' +
    'lists, it serves for `preStop`, refuses new requests, finishes those in flight, and is ' +
    'killed when its grace period ends. A node (`nodes[0]`) is drained: it takes no instances, and ' +
    'its own are stopped as disruption budgets allow, and made elsewhere.',
  sources: [
    'kubernetes.io docs: pod-lifecycle, termination of Pods',
    'kubernetes pkg/kubelet/kuberuntime killContainer',
  ],
  targets: ['instance', 'node'],
  schema: NO_FIELDS,
  example: '- { id: node-drain, kind: stop, target: orders, instances: 1, at: 10s, for: 0s }\n',
  takesShare: false,
  takesNoRamp: true,
  mayBeInstant: true,
  edits: () => [edit(stopping, 1)],
};
