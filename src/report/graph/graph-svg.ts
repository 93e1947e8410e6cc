import { label, stroke, textWidth, type Drawing } from '../drawing/draw.js';
import { coordinate } from '../base/format.js';
import { markup, type Markup } from '../base/html-escape.js';
import { oneLineTexts } from '../../text/line.js';
import { standAlone } from '../drawing/stand-alone.js';
import { groupMarks } from '../charts/topology.js';
import { bolt, shapeOf } from './graph-shapes.js';
import { dotted, legendOf } from './graph-legend.js';
import {
  BOLT,
  linesOf,
  nodeLabel,
  place,
  SHARE_LINE,
  type Placement,
} from '../topology/topology-layout.js';
import { edgesOf, nodesOf, type TopologyGraph } from '../topology/topology-graph.js';
import { broken, pathOf, type Place, type Spot } from '../topology/topology-routes.js';

/** The topology as a stand-alone SVG document. */
export function graphSvg(drawn: TopologyGraph): string {
  const graph = oneLineTexts(drawn);
  const map = place(graph.nodes, graph.edges, 'LR', graph.groups);
  const below = rowsBelow(graph, map.height);
  const legend = legendOf(graph, Math.max(map.width, LEGEND_WIDTH), map.height + below.height);
  const drawing: Drawing = {
    width: Math.max(map.width, legend.width, below.width),
    height: map.height + below.height + legend.height,
    title: graph.title,
    description: descriptionOf(graph),
    body: [
      map.boxes.map(groupMarks),
      map.edges.map((edge) => lineOf(edge, map.direction)),
      nodesOf(graph).map((node) => nodeMarks(node, map.nodes.get(node.name)!)),
      map.edges.map(({ spot, ...edge }) => spot !== undefined && wordsAt(edge, spot)),
      below.marks,
      legend.marks,
    ],
  };
  return standAlone(drawing);
}

/** Width that a legend takes below a small drawing. */
const LEGEND_WIDTH = 420;
const ROW = 20;

/** Every connection in words: `orders to payments (500 ms, 3x)`. */
function descriptionOf(graph: TopologyGraph): string {
  return edgesOf(graph)
    .map(({ from, to, words = [] }) => {
      const policies = words.length === 0 ? '' : ` (${words.join(', ')})`;
      return `${from} to ${to}${policies}`;
    })
    .join(', ');
}

/** The faults without a place of their own, and the note. */
function rowsBelow(
  { faults = [], note }: TopologyGraph,
  top: number,
): { readonly marks: readonly Markup[]; readonly width: number; readonly height: number } {
  const y = (row: number): number => top + ROW * row + 18;
  const marks = faults.map(
    (words, i) =>
      markup`${bolt(11, y(i) - 4)}${label(22, y(i), words, { fill: 'var(--fault-ink)' })}`,
  );
  const all = note === undefined ? faults : [...faults, note];
  if (note !== undefined) marks.push(label(6, y(faults.length), note, { fill: 'var(--ink2)' }));
  const width = all.reduce((most, words) => Math.max(most, textWidth(words, 12) + 28), 0);
  return { marks, width, height: all.length === 0 ? 0 : ROW * all.length + 6 };
}

type MapEdge = Placement['edges'][number];

/** A line, interrupted at its words, and its head. */
function lineOf({ points, spot, isMessage }: MapEdge, direction: 'LR' | 'TB'): Markup {
  const pieces = spot === undefined ? [points] : broken(points, spot);
  const path = pieces.map((piece) => pathOf(piece, direction)).join('');
  return markup`${stroke(path, 'var(--ok)', 1.4, isMessage === true && dotted())}${head(points, direction)}`;
}

function nodeMarks(node: TopologyGraph['nodes'][number], spot: Spot): Markup {
  const { marks, lowered } = shapeOf(node, spot);
  const lines = linesOf(node);
  const first = spot.y + 4 + lowered - (lines.length * SHARE_LINE) / 2;
  return markup`${marks}${label(spot.x, first, nodeLabel(node.name), {
    anchor: 'middle',
    fill: 'var(--ink)',
    weight: node.kind === 'workload' ? 600 : undefined,
  })}${lines.map((line, i) => words(line, { ...spot, y: first + (i + 1) * SHARE_LINE }, 'var(--ink2)'))}`;
}

function wordsAt(edge: Omit<MapEdge, 'spot'>, spot: Spot): Markup {
  const lines = linesOf(edge);
  const first = spot.y + 4 - ((lines.length - 1) * SHARE_LINE) / 2;
  return markup`<g class="words">${lines.map((line, i) =>
    words(line, { ...spot, y: first + i * SHARE_LINE }, 'var(--ink2)'),
  )}</g>`;
}

/** A line of text in the middle of a box, with a bolt before a fault. */
function words(
  { text, isFault }: ReturnType<typeof linesOf>[number],
  { x, y }: Place,
  ink: string,
): Markup {
  if (!isFault) return label(x, y, text, { anchor: 'middle', fill: ink });
  const left = x - (textWidth(text, 12) + BOLT) / 2;
  return markup`${bolt(left + 4, y - 4)}${label(left + BOLT, y, text, { fill: 'var(--fault-ink)' })}`;
}

/** An arrow head at the end of a line, which comes from the rank before it. */
function head(points: readonly Place[], direction: 'LR' | 'TB'): Markup {
  const tip = points[points.length - 1]!;
  const from = points[0]!;
  const [x, y] = [coordinate(tip.x), coordinate(tip.y)];
  const [dx, dy] =
    direction === 'LR' ? [Math.sign(from.x - tip.x), 0] : [0, Math.sign(from.y - tip.y)];
  const side = (s: number): string =>
    `${coordinate(tip.x + 6 * dx + 3.5 * s * dy)} ${coordinate(tip.y + 6 * dy + 3.5 * s * dx)}`;
  return markup`<path d="M${side(1)}L${x} ${y}L${side(-1)}Z" fill="var(--ok)" />`;
}
