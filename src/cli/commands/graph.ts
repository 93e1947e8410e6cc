import { extname } from 'node:path';
import { graphDot, graphMermaid, graphSvg, type TopologyGraph } from '../../report/graph/graph.js';
import { withDetails } from '../../report/graph/graph-details.js';
import { graphOfPlan } from '../../report/graph/graph-plan.js';
import { condensed, isCrowded } from '../../report/topology/topology-groups.js';
import { canonicalJson } from '../../text/canonical.js';
import { oneLine } from '../../text/line.js';
import { plural } from '../../text/words.js';
import { checkDestinations, writeDocument } from '../documents.js';
import { EXIT, usageError } from '../exit.js';
import { checkOutputFile, writeOutput } from '../output.js';
import type { Selection } from '../../api/prepare.js';
import { baselineAt, prepare } from '../prepare.js';
import type { Terminal } from '../terminal.js';

export interface GraphFlags extends Pick<Selection, 'set'> {
  /** By default the format of the ending of `out`, which it must not contradict. */
  readonly format?: Format;
  readonly variant?: string;
  readonly out?: string;
  readonly json?: string;
  /** Each component of a topology that is too large to read. */
  readonly all?: boolean;
  readonly show?: Details;
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
  const drawn = baselineAt(file.variants);
  const { scenario } = file.variants[drawn]!;
  const plan = plans[drawn]!;
  const { groups, hide } = scenario.report;
  const title =
    file.whatIf === undefined
      ? file.title
      : `${file.title} (what if ${file.whatIf.set.join(', ')})`;
  const bare = graphOfPlan(title, plan);
  const whole = flags.show === undefined ? bare : withDetails(bare, plan, scenario);
  const drawing = {
    ...whole,
    nodes: whole.nodes.filter(({ name }) => !hide.includes(name)),
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

/** What a drawing shows besides components and connections. */
type Details = 'policies';

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

/** The document for programs: the drawn topology and its variant. */
function documentText(drawing: TopologyGraph & { readonly variant: string }): string {
  return `${canonicalJson({ faultline: 1, ...drawing })}\n`;
}
