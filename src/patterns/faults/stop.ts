import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { stopping } from '../knobs/stopping.js';

const schema = z.strictObject({});

/**
 * `stop`: the process is asked to end, as when a pod is deleted, a node drained or a unit restarted. Callers are told that it
 * goes, it serves for `lifecycle.preStop`, is told itself, drains, and is killed at the end of its grace. Another one is started
 * at the end of `for`: on `kubernetes` beside the one that ends, else behind it.
 */
export const stop: FaultKind<typeof schema> = {
  kind: 'stop',
  summary:
    'Asks the process to end in good order, as `lifecycle` says: it is taken off the lists of its callers, serves ' +
    'for `preStop`, refuses what is new, finishes what it has, and is killed at the end of its grace.',
  sources: [
    'kubernetes.io docs: pod-lifecycle, termination of Pods',
    'kubernetes pkg/kubelet/kuberuntime killContainer',
  ],
  targets: ['instance'],
  schema,
  example: '- { id: node-drain, kind: stop, target: orders, instances: 1, at: 10s, for: 0s }\n',
  takesShare: false,
  takesNoRamp: true,
  mayBeInstant: true,
  edits: (_config, strength) => (strength === 0 ? [] : [edit(stopping, 1)]),
};
