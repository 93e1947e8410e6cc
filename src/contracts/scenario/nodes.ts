import { z } from 'zod';
import type { Distribution } from '../../kernel/distribution.js';
import { nameText } from '../fields/common.js';
import { entry } from '../fields/entry.js';
import { absent, field, required } from '../fields/field.js';
import { countOrPercent, PERCENT_FORM } from '../quantities/amounts.js';
import { distribution, whole } from '../quantities/quantities.js';

/** Name of the nodes as a target of faults. */
export const NODES = 'nodes';

/** Returns true if a target of a fault means nodes. */
export function isNode(target: string): boolean {
  return target === NODES || target.startsWith(`${NODES}[`);
}

export const nodesSchema = entry(
  {
    count: field.whole(required, 'Nodes at the start.', { min: 1, max: 1000 }),
    cpu: field.of(
      z.number().positive().max(10_000),
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
    graceNs: field.duration(
      '50s',
      'Time after the death of a node until it counts as lost: callers remove its instances from their lists ' +
        '(`--node-monitor-grace-period`, 40s before Kubernetes 1.32).',
    ),
    evictionNs: field.duration(
      '5m',
      'Time after that until its instances are made elsewhere (`tolerationSeconds`).',
      { allowZero: true },
    ),
  },
  'Nodes that hold the instances of services and gateways. An instance without room is pending until there is ' +
    'room. Only with kind: kubernetes. Defaults to none: there is always room.',
);

/** Machines on which the platform places the processes of services and gateways. */
export interface Nodes extends Pick<
  z.output<typeof nodesSchema>,
  'count' | 'graceNs' | 'evictionNs'
> {
  /** Zone of each possible node; null = outside every zone. Nodes beyond `count` are added by the cluster autoscaler. */
  readonly zones: readonly (string | null)[];
  /** Room of each node, in thousandths of a core and in bytes; Infinity = unlimited. */
  readonly milliCpu: number;
  readonly memory: number;
  /** Time from the order of a new node until it takes instances. */
  readonly provisioning: Distribution;
}

/** `resources` of a service or gateway. */
export const resourcesSchema = entry(
  {
    requests: entry({
      cpu: field.of(
        z.number().positive().max(10_000),
        absent('`cpu.cores` for the share, to none for the room'),
        'Cores that each replica requests from its platform: the base of the `cpu` share of `autoscaling`, and ' +
          'the room that it takes on a node of `platform.nodes`.',
        'cores',
      ),
      memory: field.size(
        absent(),
        'Memory that each replica requests from its platform: the room that it takes on a node of ' +
          '`platform.nodes`.',
      ),
    })
      .optional()
      .describe('Requests of each replica.'),
  },
  'Resources that replicas request from their platform. Defaults to none.',
);

/** Room that an instance takes on its node, in thousandths of a core and in bytes. */
export interface Requests {
  readonly milliCpu: number;
  readonly memory: number;
}

type Amount = { readonly count: number } | { readonly share: number };

const amount = countOrPercent<Amount>(
  (count) => (count >= 0 ? { count } : null),
  (percent) => (percent <= 100 ? { share: percent / 100 } : null),
  'must be a whole number such as 2 or a share such as 50%',
  [PERCENT_FORM, { type: 'integer', minimum: 0, maximum: 100_000 }],
);

/** `disruptionBudget` of a service or gateway. */
export const disruptionBudgetSchema = entry(
  {
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
  },
  'PodDisruptionBudget: a drain of a node (`stop` of nodes, or the cluster autoscaler) waits while it would leave ' +
    'fewer ready instances. Crashes, rollouts and autoscaling are not limited. Defaults to none.',
);
export type WrittenBudget = z.output<typeof disruptionBudgetSchema>;

/** Instances that must stay ready while nodes are drained: a number, or a share of the wanted ones. */
export interface DisruptionBudget {
  readonly keeps: keyof WrittenBudget;
  readonly amount: Amount;
}

/** Absorbs the rounding errors of decimal fractions. */
const ROUNDING = 1e-9;

/** Number of ready instances that a budget keeps of those that are wanted. */
export function neededOf({ keeps, amount }: DisruptionBudget, wanted: number): number {
  const count = 'count' in amount ? amount.count : Math.ceil(wanted * amount.share - ROUNDING);
  return keeps === 'minAvailable' ? count : Math.max(0, wanted - count);
}
