import { extname } from 'node:path';
import { flowsOf } from '../../analysis/topology.js';
import { graphDot, graphMermaid, graphSvg } from '../../report/graph.js';
import type { TopologyGraph } from '../../report/graph.js';
import type { Plan } from '../../spec/plan.js';
import { EXIT } from '../exit.js';
import { checkOutputFile, writeOutput } from '../output.js';
import { prepare } from '../prepare.js';
import type { Terminal } from '../terminal.js';

/** Flags of `graph`. */
export interface GraphFlags {
  /** Else as the name of `out` ends. */
  readonly format?: Format;
  readonly variant?: string;
  readonly out?: string;
}

/** Draws the topology of one variant, the baseline unless another is named. */
export function graph(path: string, flags: GraphFlags, terminal: Terminal): number {
  if (flags.out !== undefined) checkOutputFile(flags.out);
  const selection = flags.variant === undefined ? {} : { variant: [flags.variant] };
  const { file, plans } = prepare(path, selection, terminal);
  const drawn = Math.max(
    0,
    file.variants.findIndex(({ baseline }) => baseline),
  );
  const { groups, hide } = file.variants[drawn]!.scenario.report;
  const { title, nodes, edges } = topologyOf(file.title, plans[drawn]!);
  const text = DRAW[flags.format ?? formatOf(flags.out)]({
    title,
    nodes: nodes.filter(({ name }) => !hide.includes(name)),
    edges,
    groups: Object.fromEntries(groups),
  });
  if (flags.out === undefined) terminal.raw(text);
  else writeOutput(flags.out, text);
  return EXIT.ok;
}

type Format = 'svg' | 'mermaid' | 'dot';

function formatOf(out = ''): Format {
  return ENDINGS.get(extname(out).toLowerCase()) ?? 'mermaid';
}

const ENDINGS: ReadonlyMap<string, Format> = new Map([
  ['.svg', 'svg'],
  ['.dot', 'dot'],
  ['.gv', 'dot'],
]);

const DRAW = { svg: graphSvg, mermaid: graphMermaid, dot: graphDot } as const;

/** Who calls whom, and the ways of messages, by component. */
function topologyOf(title: string, plan: Plan): TopologyGraph {
  const nodes = plan.components.map(({ name, kind, external }) => ({ name, kind, external }));
  const edges = new Map<string, { from: string; to: string }>();
  for (const { from, to } of plan.edges) {
    const edge = { from: ownerOf(plan, from), to: ownerOf(plan, to) };
    edges.set(`${edge.from}->${edge.to}`, edge);
  }
  for (const { from, to } of flowsOf(plan)) {
    const edge = { from: plan.components[from]!.name, to: plan.components[to]!.name };
    edges.set(`${edge.from}->${edge.to}`, edge);
  }
  return { title, nodes, edges: [...edges.values()] };
}

function ownerOf(plan: Plan, part: number): string {
  return plan.components[plan.parts[part]!.component]!.name;
}
