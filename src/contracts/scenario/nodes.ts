import type { Distribution } from '../../kernel/distribution.js';
import type { Ns } from '../../kernel/time.js';

/** Name of the nodes as a target of faults. */
export const NODES = 'nodes';

/** Returns true if a target of a fault means nodes. */
export function isNode(target: string): boolean {
  return target === NODES || target.startsWith(`${NODES}[`);
}

/** Machines on which the platform places the processes of services and gateways. */
export interface Nodes {
  /** Number of nodes at the start. */
  readonly count: number;
  /** Zone of each possible node; null = outside every zone. Nodes beyond `count` are added by the cluster autoscaler. */
  readonly zones: readonly (string | null)[];
  /** Room of each node, in thousandths of a core and in bytes; Infinity = unlimited. */
  readonly milliCpu: number;
  readonly memory: number;
  /** Time from the order of a new node until it takes instances. */
  readonly provisioning: Distribution;
  /** Time after which a silent node counts as lost (node-monitor-grace-period). */
  readonly graceNs: Ns;
  /** Time after that until its instances are made elsewhere (tolerationSeconds). */
  readonly evictionNs: Ns;
}

/** Room that an instance takes on its node, in thousandths of a core and in bytes. */
export interface Requests {
  readonly milliCpu: number;
  readonly memory: number;
}

/** Instances that must stay ready while nodes are drained: a number, or a share of the wanted ones. */
export interface DisruptionBudget {
  readonly keeps: 'minAvailable' | 'maxUnavailable';
  readonly amount: { readonly count: number } | { readonly share: number };
}
