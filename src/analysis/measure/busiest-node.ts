import { instanceName } from '../../contracts/plan/names.js';
import { processOf } from '../../contracts/plan/versions.js';
import type { Capacity } from './in-force.js';
import type { Asked } from './question.js';

/** A node with less than this many times the mean load has it by chance. */
const UNEVEN = 1.25;

/** Use of a resource that each node has, and of all nodes together. */
interface NodesUse {
  readonly usedBy: (instance: number) => number;
  readonly each: Capacity;
  /** Part of it that does not grow with the load. */
  readonly fixed: Capacity;
  /** Used share of all nodes. */
  readonly share: number;
}

/** The node of a database that is full first, and its part of a resource. */
export interface BusiestNode {
  readonly used: number;
  readonly limit: number;
  readonly fixed: number;
  readonly share: number;
  readonly node: string;
}

/**
 * The node of a database that is full first: reads go to the primary unless `route` says otherwise, and a hot key to one
 * shard, so that the cores of the others help nothing. null where all have about the same load.
 */
export function busiestNode(
  { data: { plan }, selection: { instances } }: Asked,
  { usedBy, each, fixed, share: all }: NodesUse,
): BusiestNode | null {
  let first: BusiestNode | null = null;
  for (const instance of instances) {
    const process = processOf(plan, instance);
    const [used, limit, base] = [usedBy(instance), each(process), fixed(process)];
    const share = (used - base) / (limit - base);
    if (share > (first?.share ?? UNEVEN * all))
      first = { used, limit, fixed: base, share, node: instanceName(plan, instance) };
  }
  return first;
}
