import { exploredBudgets } from '../../analysis/explore.js';
import type {
  Experiment,
  ExperimentFormat,
  Remark,
} from '../../exporting/experiments/experiment.js';
import { experimentFormats } from '../../exporting/experiments/index.js';
import { meant } from '../../scenario/suggest.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { Fault, Variant } from '../../contracts/scenario/scenario.js';
import { canonicalJson } from '../../text/canonical.js';
import { asLines, oneLine } from '../../text/line.js';
import { checkDestinations, takesStandardOutput, writeDocument, Writes } from '../documents.js';
import { EXIT, usageError } from '../exit.js';
import type { Selection } from '../../api/prepare.js';
import { baselineAt, formatNamed, prepare, type Asked } from '../prepare.js';
import type { Terminal } from '../terminal.js';

export interface ExportFileFlags extends Pick<Selection, 'set'> {
  readonly as: string;
  readonly variant?: string;
  /** Ids of the faults to write; all by default. */
  readonly faults?: readonly string[];
  readonly namespace: string;
  readonly out: string;
  readonly json?: string;
  readonly quiet?: boolean;
}

/** Writes the faults or the load of a scenario in the format of a product. */
export async function exportFile(
  argument: string,
  flags: ExportFileFlags,
  terminal: Terminal,
): Promise<number> {
  const { out, json, variant } = flags;
  checkDestinations([out, json]);
  const format = formatNamed(experimentFormats, flags.as);
  const selection: Asked = {
    quiet: flags.quiet === true,
    ...(variant !== undefined && { variant: [variant] }),
    ...(flags.set !== undefined && { set: flags.set }),
  };
  const { file, plans, path } = prepare(argument, selection, terminal);
  const at = baselineAt(file.variants);
  const own = file.variants[at]!;
  const experiment = format.write({
    title: file.title,
    variant: own.name,
    scenario: own.scenario,
    faults: chosenFaults(own, flags.faults, path),
    budgets: exploredBudgets(file.budgets, own.name, true).judged,
    namespace: flags.namespace,
    callers: callersOf(plans[at]!),
  });
  if (experiment.text === '')
    throw usageError(
      `${path}: nothing of it can be written as ${format.name}\n${remarkLines(experiment.unwritten).join('\n')}`,
    );
  const writes = new Writes();
  const text = (): string => `${commentOf(format, experiment)}${experiment.text}`;
  await writes.attempt(() => writeDocument(out, text, terminal));
  await writes.attempt(() => writeDocument(json, () => jsonOf(format, experiment), terminal));
  if (flags.quiet !== true) say(experiment, out, terminal, takesStandardOutput([json]));
  writes.settle();
  return EXIT.ok;
}

function chosenFaults(
  { scenario: { faults } }: Variant,
  ids: readonly string[] | undefined,
  path: string,
): readonly Fault[] {
  if (ids === undefined) return faults;
  const known = faults.map(({ id }) => id);
  for (const id of ids) {
    if (known.includes(id)) continue;
    const near = meant(id, known);
    const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
    throw usageError(`${path} has no fault ${id}${hint}; it has ${known.join(', ') || 'none'}`);
  }
  return faults.filter(({ id }) => ids.includes(id));
}

/** By callee: the components that call it. */
function callersOf({ edges, parts, components }: Plan): ReadonlyMap<string, readonly string[]> {
  const all = new Map<string, Set<string>>();
  for (const edge of edges) {
    const [from, to] = [edge.from, edge.to].map((part) => components[parts[part]!.component]!);
    if (from!.kind === 'workload' || from === to) continue;
    all.set(to!.name, (all.get(to!.name) ?? new Set()).add(from!.name));
  }
  return new Map([...all].map(([name, callers]) => [name, [...callers]]));
}

/** The same at the head of the document, so that it goes where the document goes. */
function commentOf({ comment }: ExperimentFormat, experiment: Experiment): string {
  if (comment === null) return '';
  return listLines(experiment)
    .map((line) => `${comment} ${oneLine(line)}\n`)
    .join('');
}

function listLines({ unwritten, otherwise }: Experiment): readonly string[] {
  return [
    ...(otherwise.length === 0
      ? []
      : ['Written, and not quite the same:', ...remarkLines(otherwise)]),
    ...(unwritten.length === 0 ? [] : ['Not written:', ...remarkLines(unwritten)]),
  ];
}

/** What is written in another way, and what is not written. */
function say(experiment: Experiment, out: string, terminal: Terminal, isDocument: boolean): void {
  const list = listLines(experiment);
  const lines = [
    ...(list.length === 0 ? ['All of it is written.'] : list),
    ...(out === '-' ? [] : [`Written to ${out}.`]),
  ];
  if (out === '-' || isDocument) terminal.note(asLines(lines));
  else terminal.out(asLines(lines));
}

function remarkLines(remarks: readonly Remark[]): readonly string[] {
  return remarks.map(({ of, reason }) => `  ${of}: ${reason}`);
}

function jsonOf({ name }: ExperimentFormat, experiment: Experiment): string {
  return `${canonicalJson({ faultline: 1, format: name, ...experiment })}\n`;
}
