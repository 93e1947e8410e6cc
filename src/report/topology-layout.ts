import type { ComponentKind } from '../spec/component-kind.js';
import { Graph, layout } from '@dagrejs/dagre';
import { textWidth } from './draw.js';
import { shorten } from './html-escape.js';
import { byCodeUnit, sortedKeys } from '../text/order.js';

/** A node to place: `name` identifies it. */
export interface GraphNode {
  readonly name: string;
  readonly kind: ComponentKind;
  readonly external: boolean;
  /** Lines of text below its name; none if absent. */
  readonly below?: readonly string[];
}

/** A connection to draw. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
}

/** Components, or parts of components, by the name of their box. */
export type Groups = Readonly<Record<string, readonly string[]>>;

/** A rectangle by its centre. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Positions of all elements. */
export interface Placement {
  readonly direction: 'LR' | 'TB';
  readonly width: number;
  readonly height: number;
  readonly nodes: ReadonlyMap<string, Spot>;
  /** Boxes around nodes, by the names of their groups. */
  readonly boxes: readonly (Spot & { readonly name: string })[];
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly points: readonly { readonly x: number; readonly y: number }[];
  }[];
}

/**
 * Layered placement of a graph, left to right or top down, with the nodes of a group next to each other. The same
 * input gives the same coordinates.
 */
export function place(
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
  direction: 'LR' | 'TB',
  groups: Groups = {},
): Placement {
  const grouped = groupsOf(nodes, groups);
  const graph = new Graph({ multigraph: false, compound: grouped.length > 0 });
  graph.setGraph({
    rankdir: direction,
    // The default moves nodes between ranks until all connections are short, which takes far more than linear time.
    ...(nodes.length > SHORTENED_MAX ? { ranker: 'tight-tree' } : {}),
    // Boxes have room for their names above their nodes.
    nodesep: direction === 'LR' ? 16 : 12,
    ranksep: direction === 'LR' ? 56 : 40,
    marginx: 6,
    marginy: 8,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  // dagre keys its records by name. A prefix makes a component named "1" or "__proto__" an ordinary key.
  const key = (name: string): string => `n:${name}`;
  const groupKey = (name: string): string => `g:${name}`;
  for (const node of nodes.slice().sort((a, b) => byCodeUnit(a.name, b.name))) {
    graph.setNode(key(node.name), sizeOf(node));
  }
  for (const { name, members } of grouped) {
    graph.setNode(groupKey(name), {});
    for (const member of members) graph.setParent(key(member), groupKey(name));
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
    width: Math.ceil(size.width ?? 0),
    height: Math.ceil(size.height ?? 0),
    nodes: new Map(nodes.map((node) => [node.name, boxOf(graph.node(key(node.name)))])),
    boxes: grouped.map(({ name }) => ({ name, ...boxOf(graph.node(groupKey(name))) })),
    edges: sorted.map((edge) => ({
      ...edge,
      points: (
        graph.edge(key(edge.from), key(edge.to)) as { points: { x: number; y: number }[] }
      ).points.map((p) => ({ x: Math.round(p.x), y: Math.round(p.y) })),
    })),
  };
}

/** Nodes of a graph whose connections are shortened as far as possible. */
const SHORTENED_MAX = 100;

/** The groups of a graph that have nodes, by name; a node is in the first one that names it. */
export function groupsOf(
  nodes: readonly GraphNode[],
  groups: Groups,
): readonly { readonly name: string; readonly members: readonly string[] }[] {
  const free = new Set(nodes.map(({ name }) => name));
  return sortedKeys(groups)
    .map((name) => ({
      name,
      members: groups[name]!.map((member) => member.split('.')[0]!).filter((one) =>
        free.delete(one),
      ),
    }))
    .filter(({ members }) => members.length > 0);
}

/** The label of a node, short enough for its box. */
export function nodeLabel(name: string): string {
  return shorten(name, 20);
}

const NODE_HEIGHT = 28;
const TEXT = 12;

/** Height of a line below the name of a node. */
export const SHARE_LINE = 15;

function sizeOf({ name, below = [] }: GraphNode): {
  readonly width: number;
  readonly height: number;
} {
  const own = textWidth(nodeLabel(name), TEXT) + 18;
  return {
    width: below.reduce(
      (most, text) => Math.max(most, textWidth(text, TEXT) + 16),
      Math.max(58, own),
    ),
    height: NODE_HEIGHT + below.length * SHARE_LINE,
  };
}

function boxOf(node: unknown): Spot {
  const { x, y, width, height } = node as Spot;
  const left = Math.round(x - width / 2);
  const top = Math.round(y - height / 2);
  // Even sizes, so that the middle is whole as well.
  const [across, down] = [2 * Math.ceil(width / 2), 2 * Math.ceil(height / 2)];
  return { x: left + across / 2, y: top + down / 2, width: across, height: down };
}
