import { extname } from 'node:path';
import { flowsOf } from '../../analysis/story/flows.js';
import { graphDot, graphMermaid, graphSvg } from '../../report/graph.js';
import type { TopologyGraph } from '../../report/graph.js';
import { condensed, isCrowded } from '../../report/topology-groups.js';
import type { Plan } from '../../spec/plan/plan.js';
import { canonicalJson } from '../../text/canonical.js';
import { oneLine } from '../../text/line.js';
import { plural } from '../../text/words.js';
import { checkDestinations, writeDocument } from '../documents.js';
import { EXIT, usageError } from '../exit.js';
import { checkOutputFile, writeOutput } from '../output.js';
import { prepare } from '../prepare.js';
import type { Selection } from '../prepare.js';
import type { Terminal } from '../terminal.js';

/** Flags of `graph`. */
export interface GraphFlags extends Pick<Selection, 'set'> {
  /** By default the format of the ending of `out`, which it must not contradict. */
  readonly format?: Format;
  readonly variant?: string;
  readonly out?: string;
  readonly json?: string;
  /** Each component of a topology that is too large to read. */
  readonly all?: boolean;
}

/** Draws the topology of one variant, by default the baseline. */
export function graph(path: string, flags: GraphFlags, terminal: Terminal): number {
  const format = formatOf(flags);
  if (flags.out !== undefined) checkOutputFile(flags.out);
  checkDestinations([flags.json]);
  const selection = {
    ...(flags.variant === undefined ? {} : { variant: [flags.variant] }),
    ...(flags.set === undefined ? {} : { set: flags.set }),
  };
  const { file, plans } = prepare(path, selection, terminal);
  const drawn = Math.max(
    0,
    file.variants.findIndex(({ baseline }) => baseline),
  );
  const { groups, hide } = file.variants[drawn]!.scenario.report;
  const { title, nodes, edges } = topologyOf(
    file.whatIf === undefined
      ? file.title
      : `${file.title} (what if ${file.whatIf.set.join(', ')})`,
    plans[drawn]!,
  );
  const drawing = {
    title,
    nodes: nodes.filter(({ name }) => !hide.includes(name)),
    edges,
    groups: Object.fromEntries(groups),
  };
  const isGrouped = format === 'svg' && flags.all !== true && isCrowded(drawing);
  const shown = isGrouped ? { title, ...condensed(drawing) } : drawing;
  const text = DRAW[format](shown);
  const variant = file.variants[drawn]!.name;
  writeDocument(flags.json, () => documentText({ variant, ...drawing }), terminal);
  if (flags.out === undefined && flags.json !== undefined) return EXIT.ok;
  if (isGrouped) terminal.note(oneLine(groupedNote(drawing, shown)));
  if (flags.out === undefined) terminal.raw(text);
  else writeOutput(flags.out, isMarkdown(flags.out) ? fenced(text) : text);
  return EXIT.ok;
}

/** Why the picture shows groups, and how to get the entire graph. */
function groupedNote({ nodes, edges }: TopologyGraph, shown: TopologyGraph): string {
  return (
    `faultline: ${plural(nodes.length, 'component')} with ${plural(edges.length, 'connection')} are ` +
    `too many for a readable picture, so it shows ${plural(shown.nodes.length, 'group')}. ` +
    '--all draws every component; --format mermaid and --format dot contain all of them for other tools.'
  );
}

type Format = 'svg' | 'mermaid' | 'dot';

/**
 * The requested format. The ending of the file decides, and an unknown ending is rejected. A file without an ending is
 * written in the format of --format.
 */
function formatOf({ format, out }: GraphFlags): Format {
  if (out === undefined) return format ?? 'mermaid';
  const ending = extname(out).toLowerCase();
  const own = ENDINGS.get(ending);
  if (own === undefined && (ending !== '' || format === undefined)) {
    const what = ending === '' ? 'the name has no ending' : `graph writes no ${ending} files`;
    const other = ending === '' ? ', or add --format' : PICTURES.has(ending) ? RASTER_HINT : '';
    throw usageError(`--out ${out}: ${what}; let it end with ${endingsOf()}${other}`);
  }
  if (own !== undefined && format !== undefined && own !== format) {
    const which = `${ending} is ${own}, and --format asks for ${format}`;
    throw usageError(
      `--out ${out}: ${which}; leave --format out, or end it with ${endingsOf(format)}`,
    );
  }
  return own ?? format ?? 'mermaid';
}

const ENDINGS: ReadonlyMap<string, Format> = new Map([
  ['.svg', 'svg'],
  ['.mmd', 'mermaid'],
  ['.mermaid', 'mermaid'],
  ['.md', 'mermaid'],
  ['.dot', 'dot'],
  ['.gv', 'dot'],
]);

/** Image formats that other programs can create from the output. */
const PICTURES: ReadonlySet<string> = new Set(['.png', '.jpg', '.jpeg', '.webp', '.gif', '.pdf']);
const RASTER_HINT = ', or convert: faultline graph FILE --format dot | dot -Tpng > graph.png';

/** `.svg, .mmd, .dot or .gv`: the endings of one format, or of all. */
function endingsOf(format?: Format): string {
  const all = [...ENDINGS].filter(([, own]) => format === undefined || own === format);
  const names = all.map(([ending]) => ending);
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} or ${names.at(-1)!}`;
}

function isMarkdown(out: string): boolean {
  return extname(out).toLowerCase() === '.md';
}

/** Mermaid for Markdown, in a code block with its language. */
function fenced(text: string): string {
  return `\`\`\`mermaid\n${text.trimEnd()}\n\`\`\`\n`;
}

const DRAW = { svg: graphSvg, mermaid: graphMermaid, dot: graphDot } as const;

/** Calls between components, and the paths of messages. */
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

/** The document for programs: the drawn topology and its variant. */
function documentText(drawing: TopologyGraph & { readonly variant: string }): string {
  return `${canonicalJson({ faultline: 1, ...drawing })}\n`;
}
