import type { ComponentKind } from '../spec/component-kind.js';
import { Graph, layout } from '@dagrejs/dagre';
import { textWidth } from './draw.js';
import { shorten } from './html-escape.js';
import { byCodeUnit } from './keys.js';

/** A node to place: `name` identifies it. */
export interface GraphNode {
  readonly name: string;
  readonly kind: ComponentKind;
  readonly external: boolean;
}

/** A connection to draw. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
}

/** Where everything stands. Coordinates of nodes are their centres. */
export interface Placement {
  readonly direction: 'LR' | 'TB';
  readonly width: number;
  readonly height: number;
  readonly nodes: ReadonlyMap<
    string,
    { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  >;
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly points: readonly { readonly x: number; readonly y: number }[];
  }[];
}

/** Layered placement of a graph, left to right or top down; the same input gives the same coordinates. */
export function place(
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
  direction: 'LR' | 'TB',
): Placement {
  const graph = new Graph({ multigraph: false, compound: false });
  graph.setGraph({
    rankdir: direction,
    nodesep: direction === 'LR' ? 16 : 12,
    ranksep: direction === 'LR' ? 46 : 40,
    marginx: 6,
    marginy: 8,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  // dagre keys its records by name; a prefix keeps a component called "1" or "__proto__" an ordinary one.
  const key = (name: string): string => `n:${name}`;
  for (const node of nodes.slice().sort((a, b) => byCodeUnit(a.name, b.name))) {
    graph.setNode(key(node.name), { width: nodeWidth(node.name), height: NODE_HEIGHT });
  }
  const known = new Set(nodes.map((node) => node.name));
  const sorted = edges
    .filter((edge) => known.has(edge.from) && known.has(edge.to) && edge.from !== edge.to)
    .sort((a, b) => byCodeUnit(a.from, b.from) || byCodeUnit(a.to, b.to));
  for (const edge of sorted) graph.setEdge(key(edge.from), key(edge.to), {});
  layout(graph);
  const size = graph.graph() as { readonly width?: number; readonly height?: number };
  return {
    direction,
    width: size.width ?? 0,
    height: size.height ?? 0,
    nodes: new Map(nodes.map((node) => [node.name, boxOf(graph.node(key(node.name)))])),
    edges: sorted.map((edge) => ({
      ...edge,
      points: (
        graph.edge(key(edge.from), key(edge.to)) as { points: { x: number; y: number }[] }
      ).points.map((p) => ({ x: p.x, y: p.y })),
    })),
  };
}

/** The label of a node, short enough for its box. */
export function nodeLabel(name: string): string {
  return shorten(name, 20);
}

const NODE_HEIGHT = 28;

function nodeWidth(name: string): number {
  return Math.max(58, textWidth(nodeLabel(name), 12) + 18);
}

function boxOf(node: unknown): { x: number; y: number; width: number; height: number } {
  const { x, y, width, height } = node as { x: number; y: number; width: number; height: number };
  return { x, y, width, height };
}
