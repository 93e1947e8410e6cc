import { box, label, stroke, type Drawing } from './draw.js';
import { coordinate } from './format.js';
import { markup, type Markup } from './html-escape.js';
import { harmless, oneLine, oneLineTexts } from '../text/line.js';
import { standAlone } from './stand-alone.js';
import {
  groupsOf,
  nodeLabel,
  place,
  type GraphEdge,
  type GraphNode,
  type Groups,
} from './topology-layout.js';
import { byCodeUnit } from '../text/order.js';
import { groupMarks, smooth } from './charts/topology.js';

/** A topology without a run, as `faultline graph` draws it. */
export interface TopologyGraph {
  readonly title: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Boxes around components. */
  readonly groups?: Groups;
}

/** The topology as a stand-alone SVG document. */
export function graphSvg(drawn: TopologyGraph): string {
  const graph = oneLineTexts(drawn);
  const map = place(graph.nodes, graph.edges, 'LR', graph.groups);
  const drawing: Drawing = {
    width: map.width,
    height: map.height,
    title: graph.title,
    description: edgesOf(graph)
      .map((edge) => `${edge.from} to ${edge.to}`)
      .join(', '),
    body: [
      map.boxes.map(groupMarks),
      map.edges.map((edge) => stroke(smooth(edge.points), 'var(--ok)', 1.4)),
      map.edges.map((edge) => head(edge.points)),
      nodesOf(graph).map((node) => nodeMarks(node, map.nodes.get(node.name)!)),
    ],
  };
  return standAlone(drawing);
}

/** The topology in Mermaid's flowchart language. */
export function graphMermaid(drawn: TopologyGraph): string {
  const graph = oneLineTexts(drawn);
  const nodes = nodesOf(graph);
  const ids = new Map(nodes.map((node, i) => [node.name, `n${i}`]));
  const lines = ['flowchart LR'];
  for (const node of nodes) {
    const [open, close] = MERMAID_SHAPES[node.external ? 'external' : node.kind];
    lines.push(`  ${ids.get(node.name)!}${open}"${mermaidText(node.name)}"${close}`);
  }
  groupsOf(graph.nodes, graph.groups ?? {}).forEach(({ name, members }, i) => {
    lines.push(`  subgraph g${i} ["${mermaidText(name)}"]`);
    for (const member of members) lines.push(`    ${ids.get(member)!}`);
    lines.push('  end');
  });
  for (const edge of edgesOf(graph))
    lines.push(`  ${ids.get(edge.from)!} --> ${ids.get(edge.to)!}`);
  return `${lines.join('\n')}\n`;
}

/** The topology in Graphviz' DOT language. */
export function graphDot(drawn: TopologyGraph): string {
  const graph = oneLineTexts(drawn);
  const lines = [
    'digraph faultline {',
    '  rankdir=LR;',
    '  node [shape=box, style=rounded, fontname="sans-serif"];',
  ];
  for (const node of nodesOf(graph)) {
    lines.push(
      `  ${dotText(node.name)} [shape=${DOT_SHAPES[node.kind]}${node.external ? ', style=dashed' : ''}];`,
    );
  }
  groupsOf(graph.nodes, graph.groups ?? {}).forEach(({ name, members }, i) => {
    const inside = members.map((member) => `${dotText(member)};`).join(' ');
    lines.push(`  subgraph cluster_${i} { label=${dotText(name)}; ${inside} }`);
  });
  for (const edge of edgesOf(graph)) lines.push(`  ${dotText(edge.from)} -> ${dotText(edge.to)};`);
  return harmless(`${lines.join('\n')}\n}\n`);
}

const MERMAID_SHAPES = {
  workload: ['([', '])'],
  gateway: ['{{', '}}'],
  service: ['[', ']'],
  database: ['[(', ')]'],
  topic: ['[/', '/]'],
  broker: ['[[', ']]'],
  registry: ['[[', ']]'],
  saga: ['>', ']'],
  queue: ['[/', '\\]'],
  cache: ['[\\', '/]'],
  eventStore: ['[(', ')]'],
  projection: ['[/', '\\]'],
  external: ['[[', ']]'],
} as const;

const DOT_SHAPES = {
  workload: 'ellipse',
  gateway: 'hexagon',
  service: 'box',
  database: 'cylinder',
  topic: 'cds',
  broker: 'component',
  registry: 'component',
  saga: 'note',
  queue: 'parallelogram',
  cache: 'trapezium',
  eventStore: 'cylinder',
  projection: 'note',
} as const;

function nodesOf(graph: TopologyGraph): GraphNode[] {
  return graph.nodes.slice().sort((a, b) => byCodeUnit(a.name, b.name));
}

function edgesOf(graph: TopologyGraph): GraphEdge[] {
  const known = new Set(graph.nodes.map((node) => node.name));
  return graph.edges
    .filter((edge) => known.has(edge.from) && known.has(edge.to))
    .sort((a, b) => byCodeUnit(a.from, b.from) || byCodeUnit(a.to, b.to));
}

function nodeMarks(
  node: GraphNode,
  spot: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): Markup {
  const left = spot.x - spot.width / 2;
  const top = spot.y - spot.height / 2;
  const text = label(spot.x, spot.y + 4, nodeLabel(node.name), {
    anchor: 'middle',
    fill: 'var(--ink)',
    weight: node.kind === 'workload' ? 600 : undefined,
  });
  if (node.kind === 'workload')
    return markup`${box(left, top, spot.width, spot.height, 'var(--bg)')}${text}`;
  const radius = node.kind === 'database' ? 12 : 4;
  return markup`<rect
      x="${coordinate(left)}"
      y="${coordinate(top)}"
      width="${coordinate(spot.width)}"
      height="${coordinate(spot.height)}"
      rx="${radius}"
      fill="var(--surface)"
      stroke="var(--ok)"
      ${node.external && markup` stroke-dasharray="3 2"`}
    />${text}`;
}

/** An arrow head at the end of a line, in the direction of its last piece. */
function head(points: readonly { readonly x: number; readonly y: number }[]): Markup {
  const tip = points[points.length - 1]!;
  const before = points[points.length - 2] ?? tip;
  const dx = tip.x - before.x;
  const dy = tip.y - before.y;
  const length = Math.sqrt(dx * dx + dy * dy) || 1;
  const [ux, uy] = [dx / length, dy / length];
  const side = (s: number): string =>
    `${coordinate(tip.x - ux * 6 - uy * 3.5 * s)} ${coordinate(tip.y - uy * 6 + ux * 3.5 * s)}`;
  return markup`<path
    d="M${side(1)}L${coordinate(tip.x)} ${coordinate(tip.y)}L${side(-1)}Z"
    fill="var(--ok)"
  />`;
}

/** Mermaid writes entities with `#`. Quotes, brackets and angle brackets must be entities. */
function mermaidText(text: string): string {
  return oneLine(text).replace(/[^\p{L}\p{N} ._/:,()'-]/gu, (c) => `#${c.codePointAt(0)!};`);
}

function dotText(text: string): string {
  return `"${oneLine(text).replace(/[\\"]/g, (c) => `\\${c}`)}"`;
}
