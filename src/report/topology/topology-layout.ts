import type { ComponentKind } from '../../contracts/component-kind.js';
import { Graph, layout } from '@dagrejs/dagre';
import { textWidth } from '../drawing/draw.js';
import { shorten } from '../base/html-escape.js';
import { untangle } from './topology-order.js';
import { routes, type Place, type Spot } from './topology-routes.js';

export type { Spot } from './topology-routes.js';
import { byCodeUnit, sortedKeys } from '../../text/order.js';

/** A node to place: `name` identifies it. */
export interface GraphNode {
  readonly name: string;
  readonly kind: ComponentKind;
  readonly external: boolean;
  /** Lines of text below its name; none if absent. */
  readonly below?: readonly string[];
  /** Faults that strike it, in words; none if absent. */
  readonly faults?: readonly string[];
}

/** A connection to draw. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** Messages that are delivered later, instead of calls. */
  readonly isMessage?: boolean;
  /** Lines of text at the line; none if absent. */
  readonly words?: readonly string[];
  /** Faults that strike it, in words; none if absent. */
  readonly faults?: readonly string[];
}

/** Components, or parts of components, by the name of their box. */
export type Groups = Readonly<Record<string, readonly string[]>>;

/** Positions of all elements. */
export interface Placement {
  readonly direction: 'LR' | 'TB';
  readonly width: number;
  readonly height: number;
  readonly nodes: ReadonlyMap<string, Spot>;
  /** Boxes around nodes, by the names of their groups. */
  readonly boxes: readonly (Spot & { readonly name: string })[];
  readonly edges: readonly (GraphEdge & {
    readonly points: readonly Place[];
    /** Where its words are; absent without any. */
    readonly spot?: Spot;
  })[];
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
  const hasWords = edges.some((edge) => linesOf(edge).length > 0);
  const graph = new Graph({ multigraph: false, compound: grouped.length > 0 });
  graph.setGraph({
    rankdir: direction,
    // The default moves nodes between ranks until all connections are short, which takes far more than linear time.
    ...(nodes.length > SHORTENED_MAX ? { ranker: 'tight-tree' } : {}),
    // Boxes have room for their names above their nodes.
    nodesep: direction === 'LR' ? 16 : 12,
    // A rank of labels halves the distance between two others.
    ranksep: (direction === 'LR' ? 56 : 40) * (hasWords ? 1.5 : 1),
    marginx: MARGIN,
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
  const sorted = linesBetween(nodes, edges);
  for (const edge of sorted) graph.setEdge(key(edge.from), key(edge.to), labelSize(edge));
  layout(graph, {
    customOrder: (ranked: Graph, order: (graph: Graph, options: object) => void) => {
      order(ranked, {});
      untangle(ranked);
    },
  });
  const spots = new Map(nodes.map((node) => [node.name, boxOf(graph.node(key(node.name)))]));
  const found = sorted.map((edge) => {
    const laid = graph.edge(key(edge.from), key(edge.to)) as { readonly points: readonly Place[] };
    return { edge, laid, spot: linesOf(edge).length === 0 ? undefined : boxOf(laid) };
  });
  const lines = routes(
    found.map(({ edge: { from, to }, laid: { points } }) => {
      // The first and the last one are on the boxes.
      return { from: spots.get(from)!, to: spots.get(to)!, via: points.slice(1, -1) };
    }),
    [...spots.values(), ...found.flatMap(({ spot }) => spot ?? [])],
    direction,
  );
  const { width = 0, height = 0 } = graph.graph() as Partial<Spot>;
  return framed({
    direction,
    width,
    height,
    nodes: spots,
    boxes: grouped.map(({ name }) => ({ name, ...boxOf(graph.node(groupKey(name))) })),
    edges: found.map(({ edge, spot }, i) => withSpot({ ...edge, points: lines[i]! }, spot)),
  });
}

/** The edges between different nodes of a graph, one for each pair: a cache can be called and looked up. */
function linesBetween(
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
): readonly GraphEdge[] {
  const known = new Set(nodes.map((node) => node.name));
  return edges
    .filter((edge) => known.has(edge.from) && known.has(edge.to) && edge.from !== edge.to)
    .sort((a, b) => byCodeUnit(a.from, b.from) || byCodeUnit(a.to, b.to))
    .filter(({ from, to }, i, all) => all[i - 1]?.from !== from || all[i - 1]?.to !== to);
}

/** An edge and the place of its words, if it has any. */
function withSpot<T extends object>(edge: T, spot: Spot | undefined): T & { readonly spot?: Spot } {
  return spot === undefined ? edge : { ...edge, spot };
}

/** A placement with room for the lines that run beside all boxes, for which the library leaves none. */
function framed(map: Placement): Placement {
  const points = map.edges.flatMap((edge) => edge.points);
  const x = points.reduce((least, point) => Math.min(least, point.x), MARGIN);
  const y = points.reduce((least, point) => Math.min(least, point.y), MARGIN);
  const moved = <T extends Place>(place: T): T => ({
    ...place,
    x: place.x + MARGIN - x,
    y: place.y + MARGIN - y,
  });
  const right = points.reduce((most, point) => Math.max(most, point.x + MARGIN), map.width);
  const bottom = points.reduce((most, point) => Math.max(most, point.y + MARGIN), map.height);
  return {
    ...map,
    width: Math.ceil(right) + MARGIN - x,
    height: Math.ceil(bottom) + MARGIN - y,
    nodes: new Map([...map.nodes].map(([name, spot]) => [name, moved(spot)])),
    boxes: map.boxes.map(moved),
    edges: map.edges.map(({ spot, ...edge }) =>
      withSpot({ ...edge, points: edge.points.map(moved) }, spot && moved(spot)),
    ),
  };
}

/** Room at the sides of a drawing. */
const MARGIN = 6;

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

/** Width of a bolt before the words of a fault. */
export const BOLT = 12;

/** The lines of text of a node below its name, or of an edge: the faults are last. */
export function linesOf(own: {
  readonly below?: readonly string[];
  readonly words?: readonly string[];
  readonly faults?: readonly string[];
}): readonly { readonly text: string; readonly isFault: boolean }[] {
  return [
    ...(own.below ?? own.words ?? []).map((text) => ({ text, isFault: false })),
    ...(own.faults ?? []).map((text) => ({ text, isFault: true })),
  ];
}

function widthOf(lines: ReturnType<typeof linesOf>): number {
  return lines.reduce(
    (most, { text, isFault }) => Math.max(most, textWidth(text, TEXT) + (isFault ? BOLT : 0)),
    0,
  );
}

function sizeOf(node: GraphNode): { readonly width: number; readonly height: number } {
  const lines = linesOf(node);
  const own = textWidth(nodeLabel(node.name), TEXT) + 18;
  return {
    width: Math.max(58, own, lines.length === 0 ? 0 : widthOf(lines) + 16),
    height: NODE_HEIGHT + lines.length * SHARE_LINE,
  };
}

/** Room for the words of an edge in the middle of its line. */
function labelSize(edge: GraphEdge): object {
  const lines = linesOf(edge);
  if (lines.length === 0) return {};
  return { width: widthOf(lines) + 8, height: lines.length * SHARE_LINE + 2, labelpos: 'c' };
}

function boxOf(node: unknown): Spot {
  const { x, y, width, height } = node as Spot;
  const left = Math.round(x - width / 2);
  const top = Math.round(y - height / 2);
  // Even sizes, so that the middle is whole as well.
  const [across, down] = [2 * Math.ceil(width / 2), 2 * Math.ceil(height / 2)];
  return { x: left + across / 2, y: top + down / 2, width: across, height: down };
}
