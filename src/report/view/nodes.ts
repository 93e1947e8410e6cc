import type { VariantResult } from '../../contracts/result/result.js';
import type { TopologyNode } from '../../contracts/result/topology.js';

/** A component of the topology, as it is in a variant. */
export function nodeIn({ nodes }: VariantResult, node: TopologyNode): TopologyNode {
  return nodes?.find(({ name }) => name === node.name) ?? node;
}
