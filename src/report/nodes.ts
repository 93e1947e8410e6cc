import type { TopologyNode, VariantResult } from '../contracts/result/result.js';

/** A component of the topology, as it is in a variant. */
export function nodeIn({ nodes }: VariantResult, node: TopologyNode): TopologyNode {
  return nodes?.find(({ name }) => name === node.name) ?? node;
}
