import { byCodeUnit } from '../../text/order.js';
import type { GraphEdge, GraphNode, Groups } from './topology-layout.js';

/** A topology without a run, as `faultline graph` draws it. */
export interface TopologyGraph {
  readonly title: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Boxes around components. */
  readonly groups?: Groups;
  /** Faults that strike many components, or nodes: they are below the drawing. */
  readonly faults?: readonly string[];
  /** A sentence below the drawing. */
  readonly note?: string;
}

/** The nodes by name. */
export function nodesOf(graph: TopologyGraph): GraphNode[] {
  return graph.nodes.slice().sort((a, b) => byCodeUnit(a.name, b.name));
}

/** The edges between known nodes, by the names of their ends. */
export function edgesOf(graph: TopologyGraph): GraphEdge[] {
  const known = new Set(graph.nodes.map((node) => node.name));
  return graph.edges
    .filter((edge) => known.has(edge.from) && known.has(edge.to))
    .sort((a, b) => byCodeUnit(a.from, b.from) || byCodeUnit(a.to, b.to));
}
