import { label, stroke, textWidth } from '../drawing/draw.js';
import { markup, type Markup } from '../base/html-escape.js';
import { bolt, kindsIn, shapeOf } from './graph-shapes.js';
import { edgesOf, type TopologyGraph } from '../topology/topology-graph.js';

interface Entry {
  readonly words: string;
  readonly marks: (x: number, y: number) => Markup;
}

/** Size of a sample, room to its words and to the next entry, and height of a row. */
const SAMPLE = { width: 26, height: 14 };
const GAP = 7;
const APART = 20;
const ROW = 22;

/** Dots of lines along which messages are delivered later. */
export const DOTS = '1.5 3.5';

/** What the shapes and lines of a drawing mean, in rows below it: only those that it has. */
export function legendOf(
  graph: TopologyGraph,
  width: number,
  top: number,
): { readonly marks: readonly Markup[]; readonly width: number; readonly height: number } {
  let [x, row, widest] = [MARGIN, 0, 0];
  const marks = entriesOf(graph).map(({ words, marks: sample }) => {
    const needed = SAMPLE.width + GAP + textWidth(words, 12);
    if (x > MARGIN && x + needed > width) [x, row] = [MARGIN, row + 1];
    const y = top + ROW * (row + 0.5);
    const drawn = markup`${sample(x + SAMPLE.width / 2, y)}${label(x + SAMPLE.width + GAP, y + 4, words, { fill: 'var(--ink2)' })}`;
    widest = Math.max(widest, x + needed);
    x += needed + APART;
    return drawn;
  });
  return { marks, width: widest + MARGIN, height: ROW * (row + 1) };
}

const MARGIN = 6;

function entriesOf(graph: TopologyGraph): readonly Entry[] {
  const edges = edgesOf(graph);
  const line = (x: number, y: number, dots: Markup | null): Markup =>
    stroke(`M${x - SAMPLE.width / 2} ${y}h${SAMPLE.width}`, 'var(--ok)', 1.4, dots);
  const sample = (
    kind: TopologyGraph['nodes'][number]['kind'],
    external: boolean,
  ): Entry['marks'] => {
    return (x, y) => shapeOf({ kind, external }, { x, y, ...SAMPLE }).marks;
  };
  const all: readonly (Entry | false)[] = [
    ...kindsIn(graph.nodes).map(({ kind, words }) => ({ words, marks: sample(kind, false) })),
    graph.nodes.some(({ external }) => external) && {
      words: 'outside the system',
      marks: sample('service', true),
    },
    edges.some(({ isMessage }) => isMessage !== true) && {
      words: 'call',
      marks: (x, y) => line(x, y, null),
    },
    edges.some(({ isMessage }) => isMessage === true) && {
      words: 'message, delivered later',
      marks: (x, y) => line(x, y, dotted()),
    },
    hasFaults(graph) && { words: 'fault', marks: bolt },
    edges.some(({ words = [] }) => words.length > 0) && {
      words: 'at a line: its policies, then its mean rate without failures',
      marks: (x, y) => label(x, y + 4, '3x', { anchor: 'middle', fill: 'var(--ink)' }),
    },
  ];
  return all.filter((entry) => entry !== false);
}

/** The stroke of a line of messages. */
export function dotted(): Markup {
  return markup` stroke-dasharray="${DOTS}" stroke-linecap="round"`;
}

function hasFaults({ nodes, edges, faults = [] }: TopologyGraph): boolean {
  return [...nodes, ...edges].some((own) => (own.faults ?? []).length > 0) || faults.length > 0;
}
