import { z } from 'zod';
import { absent, field } from '../../contracts/fields/field.js';
import type { FaultKind } from '../../model/faults/kind.js';
import { distribution } from '../../contracts/quantities/quantities.js';
import { configured } from '../knobs/configured.js';

const path = z.string().min(1).max(1000);

const schema = z.strictObject({
  set: z
    .record(path, z.unknown())
    .optional()
    .describe(
      'Path to value, as in a variant: a mapping is merged, any other value replaces. With a ramp numbers, durations, ' +
        'shares and weights move in steps from the value in the file to this one. Unit: that of the field. Required, ' +
        'unless there is `remove`.',
    ),
  remove: field.of(
    z.array(path).min(1),
    absent(),
    'Paths to remove, such as a policy of a bundle; applied before `set`.',
    'a list of paths',
  ),
  propagation: field.of(
    distribution(),
    absent('none: all instances change at the same time'),
    'Time until an instance has the new configuration, drawn once for each instance and start; a staged push is ' +
      'uniform(0s 10m). Replicas and autoscaling change at once.',
    'distribution of durations',
  ),
  rollback: field.of(
    distribution(),
    absent('none: at once'),
    'Time after the end until an instance has the old configuration again, drawn for each instance. An instance ' +
      'that the new one has not reached by then never gets it.',
    'distribution of durations',
  ),
});

/**
 * `change`: another configuration while it lasts, such as a pushed timeout, a shift of weights or a bad deployment.
 * Executions and calls in progress keep the one that they began with.
 */
export const change: FaultKind<typeof schema> = {
  kind: 'change',
  summary:
    'Changes the configuration while it lasts, with the paths of a variant: policies, routes and their weights, ' +
    'steps, concurrency, queue capacity, sizes of database pools, replicas, autoscaling. Calls and executions in ' +
    'progress keep theirs. At the end the values of the file apply again.',
  sources: [
    'envoyproxy/envoy docs, xDS: routes and clusters are replaced without a restart, streams keep their route',
    'Istio, VirtualService weights; Argo Rollouts, setWeight',
    'kubernetes, kubectl scale and the autoscaling/v2 spec, which controllers read at their next pass',
    'HikariConfigMXBean, SetMaxOpenConns of Go, RELOAD of PgBouncer: pools are resized in a running process',
    'Google SRE Workbook, Canarying Releases; postmortems of configuration pushes',
  ],
  targets: ['configuration'],
  schema,
  example:
    '- { id: bad-push, kind: change, set: { services.orders.concurrency: 2 }, at: 10s, for: 20s }\n',
  takesShare: false,
  isOurs: true,
  edits: ({ propagation, rollback }, strength) => [
    {
      knob: configured,
      value: strength,
      more: { propagation: propagation ?? null, rollback: rollback ?? null },
    },
  ],
  check: ({ set, remove }) =>
    Object.keys(set ?? {}).length + (remove ?? []).length > 0
      ? []
      : [{ field: 'set', message: 'changes nothing: write paths with values, or use remove' }],
};
