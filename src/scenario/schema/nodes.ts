import { absent, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { distribution, whole } from '../../contracts/quantities/quantities.js';
import { nameText } from '../../contracts/fields/common.js';
import { countOrPercent, PERCENT_FORM } from './amounts.js';

/** Room of a node, or of an instance on it. */
export const coresOfNode = z.number().positive().max(10_000);

/** `platform.nodes`. */
export const nodesSchema = z
  .strictObject({
    count: field.whole(required, 'Nodes at the start.', { min: 1, max: 1000 }),
    cpu: field.of(
      coresOfNode,
      absent('unlimited'),
      'Cores of each node for instances (allocatable). Instances take `resources.requests.cpu` of them.',
      'cores',
    ),
    memory: field.size(
      absent('unlimited'),
      'Memory of each node for instances (allocatable). Instances take `resources.requests.memory` of it.',
    ),
    zone: field.of(
      z.union([nameText(), z.array(nameText()).min(1), z.record(nameText(), whole({ min: 1 }))]),
      absent('all zones in turn'),
      'Zones of the nodes: a name, a list dealt in turn, or counts. An instance is placed only on a node of its ' +
        'own zone.',
    ),
    max: field.whole(
      absent('`count`'),
      'Most nodes. Above `count` there is a cluster autoscaler: every 10s it orders nodes for pending ' +
        'instances, and it removes nodes with less than half of their room requested for 10m, down to `count`.',
      { min: 1, max: 1000 },
    ),
    provisioning: field.of(
      distribution(),
      absent('0s'),
      'Time from the order of a new node until it takes instances, drawn for each. Only with `max` above ' +
        '`count`.',
      'distribution of durations',
    ),
    grace: field.duration(
      '50s',
      'Time after the death of a node until it counts as lost: callers remove its instances from their lists ' +
        '(`--node-monitor-grace-period`, 40s before Kubernetes 1.32).',
    ),
    eviction: field.duration(
      '5m',
      'Time after that until its instances are made elsewhere (`tolerationSeconds`).',
      { allowZero: true },
    ),
  })
  .describe(
    'Nodes that hold the instances of services and gateways. An instance without room is pending until there is ' +
      'room. Only with kind: kubernetes. Defaults to none: there is always room.',
  );

type Amount = { readonly count: number } | { readonly share: number };

const amount = countOrPercent<Amount>(
  (count) => (count >= 0 ? { count } : null),
  (percent) => (percent <= 100 ? { share: percent / 100 } : null),
  'must be a whole number such as 2 or a share such as 50%',
  [PERCENT_FORM, { type: 'integer', minimum: 0, maximum: 100_000 }],
);

/** `disruptionBudget` of a service or gateway. */
export const disruptionBudgetSchema = z
  .strictObject({
    minAvailable: amount
      .optional()
      .describe(
        'Fewest ready instances that a drain leaves; a share is rounded up. Unit: count or percent. Either this or ' +
          '`maxUnavailable`.',
      ),
    maxUnavailable: amount
      .optional()
      .describe(
        'Most instances that are not ready during a drain; a share is rounded up. Unit: count or percent. Either ' +
          'this or `minAvailable`.',
      ),
  })
  .describe(
    'PodDisruptionBudget: a drain of a node (`stop` of nodes, or the cluster autoscaler) waits while it would leave ' +
      'fewer ready instances. Crashes, rollouts and autoscaling are not limited. Defaults to none.',
  );

export type BudgetOutput = z.output<typeof disruptionBudgetSchema>;
