import { harmless, oneLine, oneLineTexts } from '../../text/line.js';
import { edgesOf, nodesOf, type TopologyGraph } from '../topology/topology-graph.js';
import { groupsOf, linesOf, type GraphEdge, type GraphNode } from '../topology/topology-layout.js';

export { graphSvg } from './graph-svg.js';
export type { TopologyGraph } from '../topology/topology-graph.js';

/** The topology in Mermaid's flowchart language. */
export function graphMermaid(drawn: TopologyGraph): string {
  const graph = oneLineTexts(drawn);
  const nodes = nodesOf(graph);
  const ids = new Map(nodes.map((node, i) => [node.name, `n${i}`]));
  const lines = ['flowchart LR'];
  for (const node of nodes) {
    const [open, close] = MERMAID_SHAPES[node.external ? 'external' : node.kind];
    lines.push(
      `  ${ids.get(node.name)!}${open}"${textsOf(node).map(mermaidText).join('<br/>')}"${close}`,
    );
  }
  groupsOf(graph.nodes, graph.groups ?? {}).forEach(({ name, members }, i) => {
    lines.push(`  subgraph g${i} ["${mermaidText(name)}"]`);
    for (const member of members) lines.push(`    ${ids.get(member)!}`);
    lines.push('  end');
  });
  for (const edge of edgesOf(graph)) {
    const arrow = edge.isMessage === true ? '-.->' : '-->';
    const words = wordsOf(edge).map(mermaidText).join('<br/>');
    const label = words === '' ? '' : `|"${words}"|`;
    lines.push(`  ${ids.get(edge.from)!} ${arrow}${label} ${ids.get(edge.to)!}`);
  }
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
    const texts = textsOf(node);
    const label = texts.length > 1 ? `, label=${dotText(...texts)}` : '';
    const dashes = node.external ? ', style=dashed' : '';
    lines.push(`  ${dotText(node.name)} [shape=${DOT_SHAPES[node.kind]}${dashes}${label}];`);
  }
  groupsOf(graph.nodes, graph.groups ?? {}).forEach(({ name, members }, i) => {
    const inside = members.map((member) => `${dotText(member)};`).join(' ');
    lines.push(`  subgraph cluster_${i} { label=${dotText(name)}; ${inside} }`);
  });
  for (const edge of edgesOf(graph)) {
    const words = wordsOf(edge);
    const looks = [
      ...(edge.isMessage === true ? ['style=dotted'] : []),
      ...(words.length > 0 ? [`label=${dotText(...words)}`] : []),
    ];
    const own = looks.length === 0 ? '' : ` [${looks.join(', ')}]`;
    lines.push(`  ${dotText(edge.from)} -> ${dotText(edge.to)}${own};`);
  }
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

/** The name of a node and the lines below it. */
function textsOf(node: GraphNode): readonly string[] {
  return [node.name, ...wordsOf(node)];
}

function wordsOf(own: GraphNode | GraphEdge): readonly string[] {
  return linesOf(own).map(({ text, isFault }) => (isFault ? `⚡ ${text}` : text));
}

/** Mermaid writes entities with `#`. Quotes, brackets and angle brackets must be entities. */
function mermaidText(text: string): string {
  return oneLine(text).replace(/[^\p{L}\p{N} ._/:,()'-]/gu, (c) => `#${c.codePointAt(0)!};`);
}

/** Lines of text in quotes. */
function dotText(...texts: readonly string[]): string {
  return `"${texts.map((text) => oneLine(text).replace(/[\\"]/g, (c) => `\\${c}`)).join('\\n')}"`;
}
